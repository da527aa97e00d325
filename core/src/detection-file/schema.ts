import { z } from 'zod';
import { parseAddress } from '../plugins/address.ts';
import { nearestText } from '../plugins/nearest.ts';
import { isTimeZone, weekdays } from './calendar.ts';
import type { Calendar, Filter, InlineView, Use } from './detection.ts';
import { parseDuration } from './duration.ts';
import { suppressions } from './suppression.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const longest = 3660 * dayMs;

/** A text that `parse` understands; undefined from it, or something it throws, is "expected …". */
const parsed = <T>(expected: string, parse: (text: string) => T | undefined, more: (text: string) => string = () => '') =>
  z.string().transform((text, ctx): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    ctx.issues.push({ code: 'custom', message: `expected ${expected}`, params: { more: more(text) }, input: text });
    return z.NEVER;
  });

const duration = parsed('a duration such as 30d, 12h, 15m, 45s or P30D', parseDuration);

const name = z.string().max(100).regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u, 'expected lower-case words joined by hyphens');

function isAddress(text: string): boolean {
  try {
    return parseAddress(text).component !== '';
  } catch {
    return false;
  }
}

const address = parsed('an address: [@scope/]package/component[@version][:profile]', (text) => (isAddress(text) ? text : undefined));
const engine = parsed('the address of an engine', (text) => [text, `${text}/${text}`].find(isAddress));

const settings = z.preprocess((value) => value ?? {}, z.record(z.string(), z.unknown()));

/** A component; its address alone will do. */
const use: z.ZodType<Use> = z.preprocess((value) => (typeof value === 'string' ? { use: value } : value), z.strictObject({ use: address, settings }));

const texts = z.array(z.string().min(1, 'expected a text')).min(1, 'expected at least one');

const word = z.union([z.string().min(1), z.number(), z.boolean()], 'expected a text or a number').transform(String);

const predicate = z
  .strictObject({ column: z.string().min(1, 'expected a column').optional(), columns: texts.optional(), in: z.array(word).min(1, 'expected at least one value') })
  .refine(({ column, columns }) => (column === undefined) !== (columns === undefined), 'expected either `column` or `columns`')
  .transform(({ column, columns, in: values }) => ({ columns: columns ?? [column as string], in: values }));

/** A path into a record: `event_data.ShareName`, `resources[0].ARN`. */
const recordPath = z.string().max(400).regex(/^[^\0\n]+$/u, 'expected a column or a path such as event_data.ShareName');

const inlineView: z.ZodType<InlineView> = z.strictObject({
  table: z.string().regex(/^\w+$/u, 'expected the name of a table'),
  columns: z.record(z.string(), recordPath).refine((columns) => Object.keys(columns).length > 0, 'expected at least one column'),
  where: z.array(predicate).prefault([]),
  sql: z.string().regex(/^\s*(?:SELECT|WITH|FROM)\s/iu, 'expected a SELECT over `source`').transform((sql) => sql.trim().replace(/\s*;$/u, '')).nullable().prefault(null),
});

function regex(text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'u');
  } catch {
    return undefined;
  }
}

function whyNoRegex(text: string): string {
  try {
    return String(new RegExp(text, 'u'));
  } catch (thrown) {
    return `: ${(thrown as Error).message.split(': ').at(-1)}`;
  }
}

const pattern = parsed('a regular expression', regex, whyNoRegex);

const filter: z.ZodType<Filter> = z
  .strictObject({ column: z.string().min(1, 'expected a column'), matching: pattern.nullable().prefault(null), notMatching: pattern.nullable().prefault(null) })
  .refine(({ matching, notMatching }) => matching !== null || notMatching !== null, 'expected `matching` or `notMatching`');

const enrichment = z.strictObject({ source: use, key: z.string().min(1, 'expected a column'), columns: texts });

const wholeDays = (ms: number): boolean => ms >= dayMs && ms % dayMs === 0;

const train = z
  .strictObject({ window: duration.prefault('30d'), every: duration.optional() })
  .superRefine(({ window, every }, ctx) => {
    const fault = (path: string, message: string): void => ctx.addIssue({ code: 'custom', path: [path], message });
    if (!wholeDays(window) || window > longest) fault('window', 'expected whole days, from 1d to 3660d');
    if (every !== undefined && !wholeDays(every)) fault('every', 'expected whole days, 1d or more');
    else if (every !== undefined && every > window) fault('every', 'expected no more than `window`');
  })
  .transform(({ window, every }) => ({ window, every: every ?? Math.min(7 * dayMs, window) }))
  .prefault({});

const score = z
  .strictObject({ every: duration.prefault('1h'), lag: duration.prefault('15m') })
  .superRefine(({ every, lag }, ctx) => {
    const fault = (path: string, message: string): void => ctx.addIssue({ code: 'custom', path: [path], message });
    if (every < minuteMs || every > dayMs || dayMs % every !== 0) fault('every', 'expected a part of a day, from 1m to 1d, such as 15m, 1h or 1d');
    if (lag > 7 * dayMs) fault('lag', 'expected at most 7d');
  })
  .prefault({});

const budget = parsed('a number a day such as 10/day, more than 0 and at most 1000000', (text) => {
  const perDay = Number(/^(\d{1,7}(?:\.\d{1,6})?)\s*\/\s*day$/u.exec(text)?.[1]);
  return perDay > 0 && perDay <= 1_000_000 ? { perDay } : undefined;
});

const date = parsed('a date such as 2026-12-25', (text) => {
  const day = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? Date.parse(`${text}T00:00:00Z`) / dayMs : Number.NaN;
  return Number.isInteger(day) && new Date(day * dayMs).toISOString().startsWith(text) ? day : undefined;
});

const ordered = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

const calendar: z.ZodType<Calendar> = z
  .strictObject({
    timeZone: parsed('a time zone of the IANA database such as Europe/Berlin', (text) => (isTimeZone(text) ? text : undefined), (text) => nearestText(text, Intl.supportedValuesOf('timeZone'))).prefault('UTC'),
    workdays: z.array(z.enum(weekdays)).min(1, 'expected at least one day').prefault(['mon', 'tue', 'wed', 'thu', 'fri']).transform((names) => ordered(names.map((each) => weekdays.indexOf(each)))),
    holidays: z.array(date).prefault([]).transform(ordered),
  })
  .prefault({});

const shape = {
  version: z.literal(1, 'expected 1'),
  name,
  source: use,
  filters: z.array(filter).prefault([]),
  enrich: z.array(enrichment).prefault([]),
  algorithm: use,
  train,
  score,
  budget: budget.prefault('10/day'),
  calendar,
  scanners: z.array(z.string().min(1, 'expected a name or a pattern such as svc-*')).prefault([]),
  rules: z.array(use).prefault([]),
  sinks: z.array(use).prefault([]),
  suppress: suppressions,
  engine: engine.prefault('duckdb/duckdb'),
};

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> => value !== null && typeof value === 'object' && !Array.isArray(value);

const viewSchema = (view: unknown): z.ZodType<Use | InlineView> => (!isMapping(view) || 'use' in view ? use : inlineView);

/** The schema of a detection file; a view is one of two things, told apart by what the file holds. */
export const detectionSchema = (file: unknown) => z.strictObject({ ...shape, view: viewSchema(isMapping(file) ? file['view'] : undefined).nullable().prefault(null) });
