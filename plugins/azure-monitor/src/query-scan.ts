import { pathToFileURL } from 'node:url';
import { ByomlError, type Clock, type DataSource, type Logger, type Run, type ScanFile } from '@byoml/core';
import { answerTo, type Patience } from './query-asking.ts';
import { queryCache, type Kept, type QueryCache } from './query-cache.ts';
import type { Ask } from './query-client.ts';
import { linesOf } from './query-lines.ts';
import { paceOf } from './query-pace.ts';
import type { QueryAnswer } from './query-reply.ts';
import { halvesOf, heldIn, slicesOf, sliceText, windowOf, type Slice } from './query-slices.ts';
import { extentQuery, sliceQuery, type Subject } from './query-text.ts';

interface Chosen extends Subject {
  readonly workspace: string;
  readonly endpoint: string;
  readonly sliceMs: number;
  readonly settleMs: number;
  readonly parallel: number;
  readonly unique?: string | undefined;
  readonly connect: () => Promise<Ask>;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly patience: Patience;
  readonly rowLimit: number;
}

type Answer = (query: string, slice: Slice, signal: AbortSignal) => ReturnType<typeof answerTo>;

/** Beyond so many slices it is worth a query to learn where the data begins and ends. */
const manySlices = 31 * 24;

/** What the service allows one user. */
const allowed = { most: 200, perMs: 30_000 };

/** A data source whose files are answers of the service, one for each slice of time that has rows. */
export function queryScan(chosen: Chosen): DataSource {
  const { workspace, endpoint, parallel, clock, unique } = chosen;
  const cache = queryCache(chosen.folder);
  const pace = paceOf({ ...allowed, parallel });
  const answer: Answer = async (query, slice, signal) => {
    const ask = await chosen.connect();
    return answerTo({ ask, pace, place: { endpoint, workspace }, patience: chosen.patience }, { query, ...timespan(chosen, slice) }, signal);
  };
  // Within one run a slice is asked for once: what a run has read must not change under it.
  let asked = { run: '', kept: new Map<string, Kept>() };
  return {
    async scan(window, run) {
      run.signal.throwIfAborted();
      if (asked.run !== run.id) asked = { run: run.id, kept: new Map() };
      const { kept } = asked;
      const slices = await wantedSlices(chosen, answer, heldIn(window, clock.now().getTime()), run);
      const found = await eachSlice(slices, parallel, run, async (slice, signal) => {
        const file = cache.fileOf([endpoint, workspace, sliceQuery(chosen, slice)]);
        const what = kept.get(file) ?? (await settled(chosen, cache, file, slice)) ?? (await cache.write(file, clock.now(), answers(chosen, answer, slice, signal)));
        kept.set(file, what);
        return scanFile(chosen, file, slice, what);
      });
      return { kind: 'files', format: 'jsonl', files: found.filter(({ bytes }) => bytes > 0), name: `azure-monitor/logs-query (${chosen.table ?? 'query'} of ${workspace})`, ...(unique !== undefined && { unique }) };
    },
  };
}

/** The timespan of a request is always of TimeGenerated: by another column it must not cut anything off. */
const timespan = ({ timeColumn }: Subject, slice: Slice) => (timeColumn === 'TimeGenerated' ? windowOf(slice) : { from: new Date('2000-01-01'), to: new Date('2100-01-01') });

/** What is kept of a slice that was old enough when it was asked for. */
async function settled({ settleMs }: Chosen, cache: QueryCache, file: string, { to }: Slice): Promise<Kept | undefined> {
  const kept = await cache.read(file);
  return kept && Date.parse(kept.asked) >= to + settleMs ? kept : undefined;
}

const scanFile = ({ workspace }: Chosen, file: string, slice: Slice, { bytes, version }: Kept): ScanFile => ({
  url: pathToFileURL(file).href, bytes, version, label: `workspace ${workspace}, ${sliceText(slice)}`, span: windowOf(slice),
});

/** The slices of a stretch; where there are many, only those between the first row and the last. */
async function wantedSlices(chosen: Chosen, answer: Answer, span: Slice, { signal }: Run): Promise<Slice[]> {
  const slices = slicesOf(span, chosen.sliceMs);
  if (slices.length <= manySlices) return slices;
  const outcome = await answer(extentQuery(chosen, span), span, signal);
  // Where even that takes too long, there is nothing to be skipped by it.
  if (!('table' in outcome) || outcome.partial) return slices;
  const [first, last] = (outcome.table.rows[0] ?? []).map((cell) => (typeof cell === 'string' ? Date.parse(cell) : Number.NaN));
  return first === undefined || last === undefined || Number.isNaN(first) || Number.isNaN(last) ? [] : slicesOf({ from: first, to: last + 1 }, chosen.sliceMs);
}

/** The lines of a slice, in halves where the service cannot give them at once. */
async function* answers(chosen: Chosen, answer: Answer, slice: Slice, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const outcome = await answer(sliceQuery(chosen, slice), slice, signal);
  const cut = 'tooLong' in outcome ? outcome.tooLong : cutOff(chosen, outcome, slice);
  if (!cut) {
    yield linesOf((outcome as QueryAnswer).table);
    return;
  }
  const halves = halvesOf(slice);
  if (!halves) throw cut;
  chosen.log.info(`${sliceText(slice)} is too much for one query: asking for halves`, { workspace: chosen.workspace });
  for (const half of halves) yield* answers(chosen, answer, half, signal);
}

/** Why the table of an answer is not all of the slice; undefined when it is. */
function cutOff({ workspace, rowLimit }: Chosen, { table, partial }: QueryAnswer, slice: Slice): ByomlError | undefined {
  if (!partial && table.rows.length !== rowLimit) return undefined;
  const why = partial?.message || `exactly ${rowLimit} rows, where the service cuts off`;
  return new ByomlError('SERVICE_REFUSED', `workspace ${workspace}: not all rows of ${sliceText(slice)} can be had, and a slice cannot be shorter than a minute; ask for fewer columns or filter in the query (${why})`, {
    details: { workspace, slice: sliceText(slice), rows: table.rows.length, codes: partial?.codes ?? [] },
  });
}

/** Some slices at a time, in order of time; the first failure stops the others. */
async function eachSlice(slices: readonly Slice[], parallel: number, run: Run, work: (slice: Slice, signal: AbortSignal) => Promise<ScanFile>): Promise<readonly ScanFile[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([run.signal, failed.signal]);
  const files: ScanFile[] = [];
  let [next, done] = [0, 0];
  const worker = async (): Promise<void> => {
    while (next < slices.length) {
      signal.throwIfAborted();
      const at = next++;
      files[at] = await work(slices[at] as Slice, signal);
      run.progress({ done: ++done, total: slices.length, unit: 'slices' });
    }
  };
  const workers = Array.from({ length: parallel }, async () => {
    try {
      await worker();
    } catch (error) {
      failed.abort(error);
    }
  });
  await Promise.all(workers);
  signal.throwIfAborted();
  return files;
}
