import { z } from '@byoml/core';

/** An error as the service nests it. */
interface Said {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly innererror?: Said | undefined;
  readonly details?: readonly Said[] | undefined;
}

const said: z.ZodType<Said> = z.lazy(() => z.object({ code: z.string().optional(), message: z.string().optional(), innererror: said.optional(), details: z.array(said).optional() }));
const refused = z.object({ error: said });

const isRows = (value: unknown): value is readonly unknown[][] => Array.isArray(value);
const table = z.object({
  name: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  // Hundreds of thousands of rows are not copied to be looked at; each is when it is written.
  rows: z.custom<readonly unknown[][]>(isRows),
});
export type QueryTable = z.output<typeof table>;

const answered = z.object({ tables: z.array(table).min(1), error: said.optional() });

/** What the service says is wrong: the codes from the outermost to the innermost, and the innermost sentence. */
export interface Complaint {
  readonly codes: readonly string[];
  readonly message: string;
}

function complaintOf(error: Said): Complaint {
  const codes: string[] = [];
  let message = '';
  for (let at: Said | undefined = error; at; at = at.innererror ?? at.details?.[0]) {
    if (at.code !== undefined) codes.push(at.code);
    if (at.message) message = at.message;
  }
  return { codes, message };
}

/** The complaint in the body of a refusal; undefined when there is none. */
export function complaintIn(body: string): Complaint | undefined {
  const parsed = refused.safeParse(json(body));
  return parsed.success ? complaintOf(parsed.data.error) : undefined;
}

export interface QueryAnswer {
  readonly table: QueryTable;
  /** Why rows are missing from the table. */
  readonly partial?: Complaint;
}

/** The rows in the body of an answer; undefined when it is not one. */
export function answerIn(body: string): QueryAnswer | undefined {
  const parsed = answered.safeParse(json(body));
  if (!parsed.success) return undefined;
  const { tables, error } = parsed.data;
  const found = tables.find(({ name }) => name === 'PrimaryResult') ?? (tables[0] as QueryTable);
  const isInexact = found.columns.some(({ type }, at) => type === 'long' && found.rows.some((row) => typeof row[at] === 'number' && !Number.isSafeInteger(row[at])));
  const exact = isInexact ? (answered.parse(JSON.parse(body, inFull)).tables[tables.indexOf(found)] as QueryTable) : found;
  return { table: exact, ...(error && { partial: complaintOf(error) }) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whole numbers that a double cannot hold, as their digits. */
const inFull = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/u.test(context?.source ?? '') ? context?.source : value;
