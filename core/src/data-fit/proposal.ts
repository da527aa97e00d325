import { basename, isAbsolute, relative, sep } from 'node:path';
import { detectionText, type Use } from '../detection-file/index.ts';
import type { Look } from './look.ts';
import type { Mapping } from './mapping.ts';
import { printable } from './printable.ts';

/** What a first detection file says; paths are absolute and become relative to the workspace. */
export interface Proposal {
  readonly name: string;
  readonly source: Use;
  readonly view: string | null;
  /** Where the columns are when there is no view: column → path. */
  readonly mapped: { readonly table: string; readonly columns: Mapping };
  /** Whether the view has a setting that drops noise. */
  readonly noise: boolean;
  readonly people: { readonly use: Use; readonly key: string; readonly columns: readonly string[] } | null;
  readonly algorithm: string;
  readonly rules: readonly string[];
  readonly sinks: readonly Use[];
  readonly look: Look;
}

const [leastDays, mostDays] = [30, 90];
const dayMs = 86_400_000;

/** Days to learn from: all there are, from 30 to 90. */
export function trainingDays({ from, to }: Pick<Look, 'from' | 'to'>): number {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  return Math.min(mostDays, Math.max(leastDays, days));
}

/** The text of a detection file, with what was found in the data above it. */
export function proposalText({ name, source, view, mapped, noise, people, algorithm, rules, sinks, look }: Proposal, workspace: string): string {
  const written = mapped.columns.size === 0 ? null : { table: mapped.table, columns: Object.fromEntries(mapped.columns), where: [], sql: null };
  const text = detectionText({
    name,
    source: seenUse(source, workspace),
    view: view === null ? written : { use: view, settings: noise ? { noise: 'drop' } : {} },
    enrich: people ? [{ source: seenUse(people.use, workspace), key: people.key, columns: people.columns }] : [],
    algorithm: { use: algorithm, settings: {} },
    train: { window: trainingDays(look) * dayMs, every: 7 * dayMs },
    rules: rules.map((use) => ({ use, settings: {} })),
    sinks: sinks.map((sink) => seenUse(sink, workspace)),
  });
  return [`# Made by \`byoml init\` from ${look.days} days of data, ${look.from} to ${look.to}. docs/detections.md shows every key.`, ...noiseLines(noise, look), ...busiestLines(look), text].join('\n');
}

function noiseLines(noise: boolean, { skippedShare, skipped }: Look): string[] {
  if (!noise) return [];
  const what = skipped.length === 0 ? 'nothing here' : `${Math.round(100 * skippedShare)} % of the events (${skipped.slice(0, 4).map(({ kind }) => printable(kind)).join(', ')})`;
  return [`# In the view, noise: drop leaves out ${what}; noise: keep leaves it in.`];
}

function busiestLines({ busiest }: Look): string[] {
  if (busiest.length === 0) return [];
  return [`# Opened far more in a day than others: ${busiest.map(({ account, resources }) => `${account} (${resources})`).join(', ')}. Those that do so by trade belong under scanners.`];
}

const seenUse = ({ use, settings }: Use, workspace: string): Use => ({ use, settings: relativePaths(settings, workspace) });

/** The settings with every absolute `path` as seen from the workspace. */
function relativePaths(settings: Use['settings'], workspace: string): Use['settings'] {
  const seen = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(seen);
    return typeof value === 'string' && isAbsolute(value) ? seenFrom(workspace, value) : value;
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, key === 'path' ? seen(value) : value]));
}

function seenFrom(workspace: string, path: string): string {
  const from = relative(workspace, path);
  if (isAbsolute(from)) return path; // another drive
  const portable = from.split(sep).join('/');
  return portable.startsWith('.') ? portable : `./${portable || basename(path)}`;
}
