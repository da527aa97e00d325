import { stringify } from 'yaml';
import { weekdays } from './calendar.ts';
import type { Calendar, Detection, Filter, InlineView, Suppression, Use } from './detection.ts';
import { durationText } from './duration.ts';
import { expiryText, suppressionId } from './suppression.ts';

/** What a detection says beyond the defaults of a file. */
export type DetectionInput = Pick<Detection, 'name' | 'source' | 'algorithm'> & Partial<Detection>;

const dayMs = 86_400_000;

/** One value on one line; a text that YAML would read as something else is quoted. */
export const flow = (value: unknown): string => stringify(value, { version: '1.2', schema: 'core', collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true, aliasDuplicateObjects: false }).trimEnd();

const used = ({ use, settings }: Use): object => ({ use, ...(Object.keys(settings).length > 0 && { settings }) });

const viewed = (view: Use | InlineView): object => ('use' in view ? used(view) : { table: view.table, columns: view.columns, ...(view.where.length > 0 && { where: view.where }), ...(view.sql !== null && { sql: view.sql }) });

const filtered = ({ column, matching, notMatching }: Filter): object => ({ column, ...(matching && { matching: matching.source }), ...(notMatching && { notMatching: notMatching.source }) });

const calendarOf = ({ timeZone, workdays, holidays }: Calendar): object => ({
  timeZone,
  workdays: workdays.map((day) => weekdays[day]),
  holidays: holidays.map((day) => new Date(day * dayMs).toISOString().slice(0, 10)),
});

/** As it stands in a file, without what follows from the rest. */
export const suppressionEntry = ({ id, match, owner, reason, expires, wide }: Suppression): object => ({
  ...(id !== suppressionId(match) && { id }), match: Object.fromEntries(Object.entries(match).filter(([, pattern]) => pattern !== null)), owner, reason, expires: expiryText(expires), ...(wide && { wide }),
});

const usual: Omit<Detection, 'name' | 'source' | 'algorithm'> = {
  view: null, filters: [], enrich: [], train: { window: 30 * dayMs, every: 7 * dayMs }, score: { every: dayMs / 24, lag: dayMs / 96 }, budget: { perDay: 10 },
  calendar: { timeZone: 'UTC', workdays: [0, 1, 2, 3, 4], holidays: [] }, scanners: [], rules: [], sinks: [], suppress: [], engine: 'duckdb/duckdb',
};

/** A detection file with a line above each key that a user will want to change. `parseDetection` reads it back as the same detection, whose durations must be whole seconds. */
export function detectionText(input: DetectionInput): string {
  const { name, source, view, filters, enrich, algorithm, train, score, budget, calendar, scanners, rules, sinks, suppress, engine } = { ...usual, ...input };
  const lines: ReadonlyArray<readonly [key: string, value: unknown, comment?: string]> = [
    ['version', 1],
    ['name', name],
    ['source', used(source), 'Where the data is. Paths start at the folder of the workspace.'],
    ...(view ? [['view', viewed(view), 'What in the data is an access.'] as const] : []),
    ['filters', filters.map(filtered), 'Rows to leave out: { column: resource, notMatching: "regular expression" }'],
    ...(enrich.length > 0 ? [['enrich', enrich.map(({ source: from, key, columns }) => ({ source: used(from), key, columns })), 'Columns of another table, such as who works in which team.'] as const] : []),
    ['algorithm', used(algorithm)],
    ['train', { window: durationText(train.window), every: durationText(train.every) }, 'Learns from the last `window`, anew `every` so often.'],
    ['score', { every: durationText(score.every), lag: durationText(score.lag) }, 'Scores `every` so often, `lag` later, since data arrives late.'],
    ['budget', `${budget.perDay}/day`, 'How many incidents you want to look at.'],
    ['calendar', calendarOf(calendar), 'When people work; holidays are dates such as 2026-12-25.'],
    ['scanners', scanners, 'Accounts that reach everything by trade: svc-*'],
    ['rules', rules.map(used)],
    ['sinks', sinks.map(used), 'Where alerts go.'],
    ...(suppress.length > 0 ? [['suppress', suppress.map(suppressionEntry), 'What is known and shall not alert until it expires.'] as const] : []),
    ['engine', engine],
  ];
  return lines.map(([key, value, comment]) => `${comment === undefined ? '' : `# ${comment}\n`}${key}: ${flow(value)}\n`).join('');
}
