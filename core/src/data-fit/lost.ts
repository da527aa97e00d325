import type { Columns } from '../contracts/columns.ts';
import { directoryColumns } from '../contracts/access.ts';
import { planColumns } from '../engine/index.ts';

/** More empty cells than this and an optional column counts as lost. */
export const mostlyEmpty = 0.5;

/** Either gives the day. */
export const timeColumns = ['day', 'lastSeen'];
const losses: Readonly<Record<string, string>> = {
  day: 'no days: calibration is provisional, nothing decays, and no budget per day holds',
  lastSeen: 'no days: calibration is provisional, nothing decays, and no budget per day holds',
};

/** Joined from a table of people; without them peers come from the accesses themselves. */
export const isDirectory = (name: string): boolean => Object.hasOwn(directoryColumns, name);

/**
 * What an algorithm loses when only `held` of its optional columns have cells: column → words. Columns with a default lose nothing,
 * and `day` and `lastSeen` stand in for each other.
 */
export function lostWithout(input: Columns, held: ReadonlySet<string>): ReadonlyMap<string, string> {
  const timed = timeColumns.some((name) => held.has(name));
  // Said once, of the first of the two.
  const second = timeColumns.filter((name) => Object.hasOwn(input, name))[1];
  const lost = planColumns(input).filter(({ name, required, default: filling }) =>
    !required && filling === undefined && !held.has(name) && !isDirectory(name) && !(timed && timeColumns.includes(name)) && name !== second);
  return new Map(lost.map(({ name, schema }) => [name, losses[name] ?? (schema.description ? `not known: ${schema.description}` : 'not known')]));
}
