const units = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;
type Unit = keyof typeof units;

const short = /^(\d{1,9})([dhms])$/u;
const iso = /^P(?=\d|T\d)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/u;

/** Milliseconds of `30d`, `12h`, `15m`, `45s` or ISO 8601 such as `P30D` and `PT1H30M`; undefined for anything else. Months and years have no fixed length. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = short.exec(text) ?? [];
  if (count !== undefined) return Number(count) * units[unit as Unit];
  const parts = iso.exec(text)?.slice(1);
  return parts?.reduce((sum, part, i) => sum + Number(part ?? 0) * units[(['w', 'd', 'h', 'm', 's'] as const)[i] as Unit], 0);
}

/** The shortest text that `parseDuration` reads as this many milliseconds, which must be whole seconds. */
export function durationText(ms: number): string {
  const unit = (['d', 'h', 'm'] as const).find((name) => ms > 0 && ms % units[name] === 0) ?? 's';
  return `${ms / units[unit]}${unit}`;
}
