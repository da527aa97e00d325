/** Numbers as printed; the printed ones add up to the printed total. */
interface AddedUp {
  readonly parts: readonly string[];
  readonly total: string;
  /** A power of ten they are all multiples of, where plain decimals would be unreadable; else 0. */
  readonly exponent: number;
}

const digits = 4;

function exponentOf(values: readonly number[]): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Below it the power of ten itself is no number any more; then it prints as nothing.
  return largest < 1e-290 ? 0 : Math.floor(Math.log10(largest));
}

/** Whole numbers next to `exact` whose sum is `sum`: the largest remainders are rounded up (Hamilton's method). */
function apportioned(exact: readonly number[], sum: number): number[] {
  const floors = exact.map(Math.floor);
  const missing = sum - floors.reduce((all, value) => all + value, 0);
  const byRemainder = exact.map((value, i) => [value - (floors[i] as number), i] as const).sort(([a, i], [b, j]) => b - a || i - j);
  for (const [, i] of byRemainder.slice(0, Math.max(0, missing))) floors[i] = (floors[i] as number) + 1;
  return floors;
}

/** Rounds parts of a sum for print, each by less than one unit of the last decimal, so that a reader can add them up. */
export function addedUp(parts: readonly number[]): AddedUp {
  const total = parts.reduce((sum, part) => sum + part, 0);
  const magnitude = exponentOf([...parts, total]);
  const exponent = magnitude < -3 || magnitude > 8 ? magnitude : 0;
  const decimals = Math.min(digits + 3, Math.max(0, digits - 1 - (magnitude - exponent)));
  const unit = 10 ** decimals;
  const scaled = parts.map((part) => (part / 10 ** exponent) * unit);
  const units = apportioned(scaled, Math.round(scaled.reduce((sum, part) => sum + part, 0)));
  const printed = (value: number): string => (value === 0 ? 0 : value / unit).toFixed(decimals).replace('-', '−');
  return { parts: units.map(printed), total: printed(units.reduce((sum, part) => sum + part, 0)), exponent };
}
