import { z } from 'zod';
import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import type { Dialect } from '../contracts/view.ts';
import type { Profile } from './profile.ts';
import { answer, asView, texts } from './query.ts';
import { suggestions } from './suggest.ts';
import { folded } from './synonyms.ts';
import type { ChosenView } from './view-look.ts';

/** Paths of a view that hold the same thing in different exports: `ShareName`, `event_data.ShareName`. */
interface PathGroup {
  readonly paths: readonly string[];
  /** Whether any of them has a cell. */
  readonly held: boolean;
}

/** Why a view gives no rows although there are records for it. */
export interface Blame {
  readonly group: PathGroup;
  /** A path of the data with which there are rows. */
  readonly suggestion: string | null;
}

const groupsOf = (paths: readonly string[], { columns }: Profile): readonly PathGroup[] =>
  [...Map.groupBy(paths, folded).values()].map((same) => ({ paths: same, held: same.some((path) => (columns.get(path)?.filled ?? 0) > 0) }));

const looked = 20_000;
/** A name, and a time as well: whatever a view wants to read there. */
const filling = '2026-01-01T00:00:00Z';

/**
 * Finds the columns whose lack keeps a view from giving rows, by filling columns of a sample with a constant: first all, then fewer and
 * fewer, as long as rows come out. Nothing when even all of them filled give no row.
 */
export async function blame(source: Relation, view: ChosenView, found: { readonly profile: Profile; readonly existing: readonly string[] }, run: Run): Promise<readonly Blame[]> {
  const probe = await Probe.open(source, view, found.existing, run);
  const judged = new Set(view.definition.where.flatMap(({ columns }) => columns));
  const groups = groupsOf(Object.keys(view.definition.columns).filter((path) => !judged.has(path)), found.profile);
  const unread = found.existing.filter((path) => !Object.hasOwn(view.definition.columns, path));
  const needed = await probe.needed(inOrderOfDoubt(groups, unread));
  const blamed: Blame[] = [];
  for (const group of needed) {
    const candidates = group.held ? [] : suggestions(group.paths[0] ?? '', unread);
    const others = needed.filter((other) => other !== group);
    blamed.push({ group, suggestion: await probe.firstThatWorks(group, candidates, others) });
  }
  return blamed;
}

/** What is let go first: absent columns without a likely other name, the last declared first; then columns that the data has. */
function inOrderOfDoubt(groups: readonly PathGroup[], existing: readonly string[]): readonly PathGroup[] {
  const doubt = ({ paths, held }: PathGroup): number => (held ? 1 : suggestions(paths[0] ?? '', existing).length === 0 ? 0 : 2);
  return groups.toReversed().sort((a, b) => doubt(a) - doubt(b));
}

type Replacement = (d: Dialect) => string;

class Probe {
  readonly #sample: Relation;
  readonly #view: ChosenView;
  readonly #run: Run;

  private constructor(sample: Relation, view: ChosenView, run: Run) {
    this.#sample = sample;
    this.#view = view;
    this.#run = run;
  }

  static async open(source: Relation, view: ChosenView, existing: readonly string[], run: Run): Promise<Probe> {
    const { columns, where } = view.definition;
    const names = [...new Set([...Object.keys(columns), ...existing])];
    const held = texts(names);
    const sample = await source.view(asView({ columns: held, where, output: held, sql: (d) => `SELECT ${names.map((name) => d.ident(name)).join(', ')} FROM source LIMIT ${looked}` }), {}, run);
    return new Probe(sample, view, run);
  }

  /** The fewest groups that must be filled for rows to come; none when filling does not help. */
  async needed(groups: readonly PathGroup[]): Promise<readonly PathGroup[]> {
    let filled = groups;
    if (!(await this.#gives(filled))) return [];
    for (const group of groups) {
      const fewer = filled.filter((other) => other !== group);
      if (await this.#gives(fewer)) filled = fewer;
    }
    return filled;
  }

  async firstThatWorks({ paths }: PathGroup, candidates: readonly string[], filled: readonly PathGroup[]): Promise<string | null> {
    for (const candidate of candidates) if (await this.#gives(filled, new Map([[paths[0] ?? '', (d) => d.ident(candidate)]]))) return candidate;
    return null;
  }

  /** Whether the view gives rows when these groups hold a constant and some paths something else. */
  async #gives(filled: readonly PathGroup[], replaced: ReadonlyMap<string, Replacement> = new Map()): Promise<boolean> {
    const { definition, settings } = this.#view;
    const constant = new Set(filled.flatMap(({ paths }) => paths));
    const names = Object.keys(definition.columns);
    const cell = (d: Dialect, name: string): string => replaced.get(name)?.(d) ?? (constant.has(name) ? d.literal(filling) : d.ident(name));
    const columns = texts(this.#sample.columns.map(({ name }) => name));
    const changed = await this.#sample.view(asView({ columns, output: texts(names), sql: (d) => `SELECT ${names.map((name) => `${cell(d, name)} AS ${d.ident(name)}`).join(', ')} FROM source` }), {}, this.#run);
    const [rows] = await answer(changed, { columns: optional(definition.columns), output: { n: z.number() }, sql: (d) => `SELECT COUNT(*) AS n FROM (${definition.sql(d, settings as never)}) AS given` }, this.#run);
    return (rows?.n ?? 0) > 0;
  }
}

const optional = (columns: Readonly<Record<string, z.ZodType>>): Readonly<Record<string, z.ZodType>> => Object.fromEntries(Object.entries(columns).map(([name, schema]) => [name, schema.optional()]));
