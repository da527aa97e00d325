import { basename, isAbsolute, relative, sep } from 'node:path';
import { stringify } from 'yaml';
import type { Use } from '../detection-file/index.ts';
import type { Look } from './look.ts';
import type { Mapping } from './mapping.ts';
import { inlineText } from './remedy.ts';

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

const flow = (value: unknown): string => stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();

/** The text of a detection file, with what was found in the data as comments. */
export function proposalText(proposal: Proposal, workspace: string): string {
  const { name, people, algorithm, rules, sinks, look } = proposal;
  const source = used(proposal.source, workspace);
  return [
    `# Made by \`byoml init\` from ${look.days} days of data, ${look.from} to ${look.to}. Paths are relative to the workspace; docs/detections.md shows every key.`,
    'version: 1',
    `name: ${name}`,
    `source: ${flow(source)}`,
    ...viewLines(proposal),
    '# Rows to leave out besides, by regular expression: [ { column: resource, notMatching: \'\\\\print\\$$\' } ]',
    'filters: []',
    ...(people ? ['# Who works with whom: new accounts are compared with their colleagues.', `enrich: ${flow([{ source: used(people.use, workspace), key: people.key, columns: people.columns }])}`] : []),
    `algorithm: ${flow({ use: algorithm })}`,
    `train: ${flow({ window: `${trainingDays(look)}d`, every: '7d' })}`,
    `score: ${flow({ every: '1h', lag: '15m' })}`,
    'budget: 10/day',
    '# Days off and their time zone: { timeZone: Europe/Berlin, workdays: [mon, tue, wed, thu, fri], holidays: [2026-12-25] }',
    'calendar: { timeZone: UTC }',
    '# Accounts that reach everything by trade, such as scanners and backup: [ "svc-*" ]',
    'scanners: []',
    `rules: ${flow(rules.map((use) => ({ use })))}`,
    `sinks: ${flow(sinks.map((sink) => used(sink, workspace)))}`,
    '',
  ].join('\n');
}

function viewLines({ view, mapped, noise, look: { skippedShare, skipped } }: Proposal): string[] {
  if (view === null) return mapped.columns.size === 0 ? [] : [inlineText(mapped.table, mapped.columns)];
  if (!noise) return [`view: ${flow({ use: view })}`];
  const what = skipped.length === 0 ? 'nothing was noise' : `${Math.round(100 * skippedShare)} % of the events (${skipped.slice(0, 4).map(({ kind }) => kind.replaceAll(/[\n\r]/gu, ' ')).join(', ')})`;
  return [`# noise: drop leaves out ${what}; noise: keep leaves it in.`, `view: ${flow({ use: view, settings: { noise: 'drop' } })}`];
}

const used = ({ use, settings }: Use, workspace: string): object => ({ use, ...(Object.keys(settings).length > 0 && { settings: relativePaths(settings, workspace) }) });

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
