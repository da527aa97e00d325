import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { DataSource, Scan, ScanFile } from '../contracts/data-source.ts';
import type { DataSourceDefinition } from '../contracts/define.ts';
import type { Engine } from '../contracts/engine.ts';
import type { Window } from '../contracts/run.ts';
import { check, failsCatalogued, isStop, shown, thrownBy, within, type Check } from './check.ts';
import { descriptionChecks } from './description.ts';
import { aRun } from './fakes/run.ts';
import { fakeServices, type ServiceOverrides } from './fakes/services.ts';
import { readRows } from './read.ts';

/** What an author says about a data source. */
export interface DataSourceFixture {
  /** Settings under which it finds data; `{}` when absent. */
  readonly settings?: object;
  /** Settings under which there is nothing to find. */
  readonly missing: object;
  /** How many rows it finds; files are only counted when there is an `engine`. */
  readonly rows: number;
  /** All time when absent. */
  readonly window?: Window;
  readonly engine?: () => Promise<Engine>;
  readonly services?: ServiceOverrides;
  /** How long a stopped call may take to end, milliseconds; 5000 when absent. */
  readonly patienceMs?: number;
}

const always: Window = { from: new Date(0), to: new Date('2200-01-01') };

const read = async (scan: Scan): Promise<unknown> => (scan.kind === 'files' ? scan : { ...scan, batches: await readRows(scan.batches) });

async function countRows(scan: Scan, engine: DataSourceFixture['engine']): Promise<number | undefined> {
  if (scan.kind === 'batches') return (await readRows(scan.batches)).length;
  if (!engine) return undefined;
  await using opened = await engine();
  return await (await opened.open(scan, aRun())).count();
}

async function assertFile({ url, bytes, version, offset = 0 }: ScanFile): Promise<void> {
  assert.ok(bytes >= 0 && offset >= 0 && Number.isSafeInteger(bytes) && Number.isSafeInteger(offset), `${url}: ${bytes} bytes from ${offset}`);
  assert.ok(version.length > 0, `${url}: no version`);
  if (!url.startsWith('file:')) return;
  const { size } = await stat(fileURLToPath(url));
  assert.ok(offset + bytes <= size, `${url}: ${bytes} bytes from ${offset}, but the file holds ${size}`);
}

/** How many batches came although the run was stopped at the first. */
async function batchesAfterStop(scan: Scan, stop: () => void): Promise<number> {
  let seen = 0;
  if (scan.kind === 'files') return 0;
  for await (const _ of scan.batches) if (seen++ === 0) stop();
  return seen - 1;
}

/** Every promise of the data source contract. */
export function* dataSourceChecks(definition: DataSourceDefinition, fixture: DataSourceFixture): Iterable<Check> {
  const { window = always, patienceMs = 5000 } = fixture;
  const make = (settings: object = fixture.settings ?? {}): DataSource => definition.create(z.parse(definition.settings, settings), fakeServices(definition.needs, fixture.services));
  const scan = (run = aRun()): Promise<Scan> => make().scan(window, run);

  yield* descriptionChecks(definition, fixture.settings);
  yield check('finds the same twice, in the same order', async () => {
    assert.deepEqual(await read(await scan()), await read(await scan()));
    const again = await scan();
    if (again.kind === 'batches') assert.deepEqual(await readRows(again.batches), await readRows(again.batches), 'the second pass over the same batches');
  });
  yield check('says what to call the data', async () => {
    assert.match((await scan()).name, /^\S.*$/);
  });
  yield check('finds all rows', async () => {
    const counted = await countRows(await scan(), fixture.engine);
    if (counted !== undefined) assert.equal(counted, fixture.rows);
  });
  yield check('lists each file once, as it is on disk', async () => {
    const found = await scan();
    if (found.kind === 'batches') return;
    assert.ok(found.files.length > 0, 'no file');
    assert.equal(new Set(found.files.map(({ url, offset = 0 }) => `${url} ${offset}`)).size, found.files.length, 'a file is listed twice');
    for (const file of found.files) await assertFile(file);
  });
  yield check('names missing data with a catalogued error', () => failsCatalogued(make(fixture.missing).scan(window, aRun()).then(read), 'scanning what is not there'));
  yield check('refuses to start when already stopped', async () => {
    const reason = new Error('told to stop');
    const thrown = await within(patienceMs, 'scanning must stop', thrownBy(scan(aRun({ signal: AbortSignal.abort(reason) }))));
    assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
  });
  yield check('stops between batches when told', async () => {
    const controller = new AbortController();
    const reason = new Error('told to stop');
    const reading = scan(aRun({ signal: controller.signal })).then((found) => batchesAfterStop(found, () => controller.abort(reason)));
    const thrown = await within(patienceMs, 'reading must stop', thrownBy(reading));
    if (thrown === undefined) assert.ok((await reading) <= 1, `${await reading} batches came after the stop`);
    else assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
  });
}
