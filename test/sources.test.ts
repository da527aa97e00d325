import { copyFileSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { State } from '@byoml/core/state';
import { startAzurite, type Azurite } from '@byoml/fixtures/azurite';
import { kafkaBrokerOrReason, type KafkaBroker } from '@byoml/fixtures/kafka-broker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportFolder } from './generated-export.ts';
import { jsonLines, shuffled, writeCsv, writeHourlyParquet, writeParquet, type SecurityRecord } from './record-files.ts';
import { committed, sendRecords } from './sent-records.ts';
import { moment, SmallWorkspace, writeDetection } from './small-workspace.ts';
import { Soc } from './soc.ts';
import { inCi } from './tier.ts';
import { uploaded } from './uploaded-export.ts';

/** Undefined where it is not asked for. */
const started = inCi ? await kafkaBrokerOrReason() : undefined;
const missing = started && 'missing' in started ? started.missing : undefined;
const [first, days] = [31, 33];
const name = 'shares';
const walk = 'anomalous-resource-access/access-walk';
const view = 'anomalous-resource-access/windows-file-shares';
const kept = mkdtempSync(join(tmpdir(), 'byoml-sources-'));
let azurite: Azurite;
let company: SmallWorkspace;
/** Of a small company, 33 days of events 5140 and 5145. */
let records: readonly SecurityRecord[];
/** What the folder of the export says, which every other source is to say. */
let expected: Said;

const isoDay = (day: number): string => moment(day).toISOString().slice(0, 10);
const at = (...path: readonly string[]): string => {
  const full = join(kept, ...path);
  mkdirSync(dirname(full), { recursive: true });
  return full;
};
/** Some twice, as the export may deliver them; only for what says how to tell. */
const withRepeats = (of: readonly SecurityRecord[]): SecurityRecord[] => of.flatMap((record, i) => (i % 7 === 0 ? [record, record] : [record]));

type Layout = 'PT1H' | 'PT05M';
/** The container of an export of these records, as a folder. */
function containerFolder(into: string, layout: Layout, of: readonly SecurityRecord[]): string {
  const folder = exportFolder(at(into), of, { layout, timeOf: ({ TimeGenerated }) => String(TimeGenerated) });
  return join(folder, readdirSync(folder)[0] as string);
}

interface Said {
  /** `byoml results --as plain`, to the byte. */
  readonly results: string;
  /** Digests of the models, in order. */
  readonly models: readonly string[];
  /** What became of the rows of each day. */
  readonly funnels: readonly object[];
}

async function workspace(env: Readonly<Record<string, string>> = {}): Promise<Soc> {
  const soc = new Soc(kept, kept, { BYOML_SECRET_STORAGE: azurite.connectionString, ...env });
  copyFileSync(join(company.folder, 'people.csv'), join(soc.folder, 'people.csv'));
  return soc;
}

/** What a detection of these rows says, beginning with nothing, all of it by the command. */
async function saidOf(source: string, env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const soc = await workspace(env);
  writeDetection({ folder: soc.folder, name }, { source, budget: '40/day', sinks: '[]' });
  await soc.ok('backfill', name, '--from', isoDay(first), '--to', isoDay(days));
  const out = join(soc.folder, 'results.jsonl');
  await soc.ok('results', '--as', 'plain', '--out', out);
  using state = State.open(soc.folder, { readOnly: true });
  const funnels = state.runs({ detection: name, kind: 'score' }).map(({ day, funnel }) => ({ day, funnel }));
  return { results: readFileSync(out, 'utf8'), models: state.models(name).map(({ digest }) => digest), funnels };
}

const credential = "credential: { connectionString: '${secret:STORAGE}' }";
const exported = (container: string): string => `{ use: azure-storage/data-export, settings: { account: '${azurite.accountUrl}', table: SecurityEvent, container: ${container}, ${credential} } }`;
const blobs = (more: string): string => `{ use: azure-storage/blobs, settings: { account: '${azurite.accountUrl}', ${more}, ${credential} } }`;

beforeAll(async () => {
  [azurite, company] = await Promise.all([startAzurite(), SmallWorkspace.make({ users: 40 })]);
  company.grow(moment(days));
  records = globSync('**/*.json', { cwd: company.export }).sort().flatMap((file) => readFileSync(join(company.export, file), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as SecurityRecord));
  writeFileSync(at('records.jsonl'), jsonLines(shuffled(records)));
  const folder = containerFolder('hourly', 'PT1H', records);
  [expected] = await Promise.all([saidOf(`{ use: files/data-export, settings: { path: '${folder}', table: SecurityEvent } }`), uploaded(azurite.connectionString, 'am-securityevent', join(company.folder, 'export', 'am-securityevent'))]);
}, 120_000);
afterAll(async () => {
  company?.[Symbol.dispose]();
  await azurite?.[Symbol.asyncDispose]();
  if (started && !('missing' in started)) await started[Symbol.asyncDispose]();
  rmSync(kept, { recursive: true, force: true });
});

describe('promise 20: the same rows give the same scores, to the byte, whatever they come from', () => {
  const saysTheSame = async (source: string, env: Readonly<Record<string, string>> = {}): Promise<void> => {
    const said = await saidOf(source, env);
    expect(said.funnels).toEqual(expected.funnels);
    expect(said.models).toEqual(expected.models);
    expect(said.results).toBe(expected.results);
  };

  /** Scores of all rows, not of those alone that a rule picks. */
  const scoredBy = async (data: string): Promise<object> => {
    const soc = await workspace();
    const { digest } = await soc.ok('train', '--algorithm', walk, '--view', view, '--data', data, '--model', 'model');
    const { rows } = await soc.ok('score', '--model', 'model', '--data', data, '--out', 'scored.jsonl');
    return { digest, rows, scored: readFileSync(join(soc.folder, 'scored.jsonl'), 'utf8') };
  };
  /** What the folder gives, made once. */
  let folderScored: Promise<object> | undefined;
  const byHand = async (file: string): Promise<void> => {
    folderScored ??= scoredBy(at('hourly'));
    expect(await scoredBy(at(file))).toEqual(await folderScored);
  };

  test('a folder of the export: there are models, and rows that were scored', () => {
    expect(records.length).toBeGreaterThan(10_000);
    expect(expected.models.length).toBeGreaterThan(1);
    expect(expected.results.split('\n').length).toBeGreaterThan(20);
  });

  test('a file of JSON Lines', () => saysTheSame(`{ use: files/table, settings: { path: '${at('records.jsonl')}' } }`));
  test('a container of the export, hourly blobs', () => saysTheSame(exported('am-securityevent')));

  describe.skipIf(!inCi)('(CI tier)', () => {
    test('a model that is trained on a file by hand, and every row that it scores', () => byHand('records.jsonl'));
    test('a container of the export that went over from hourly to five-minute blobs', async () => {
      const isOld = ({ TimeGenerated }: SecurityRecord): boolean => String(TimeGenerated) < moment(27).toISOString();
      const folders = [containerFolder('old', 'PT1H', records.filter(isOld)), containerFolder('new', 'PT05M', records.filter((record) => !isOld(record)))];
      for (const folder of folders) await uploaded(azurite.connectionString, 'both-layouts', folder);
      await saysTheSame(exported('both-layouts'));
    }, 120_000);

    test('a CSV file', async () => {
      writeCsv(at('records.csv'), shuffled(records));
      await saysTheSame(`{ use: files/table, settings: { path: '${at('records.csv')}' } }`);
      await byHand('records.csv');
    });
    test('a Parquet file', async () => {
      await writeParquet(at('records.parquet'), at('records.jsonl'));
      await saysTheSame(`{ use: files/table, settings: { path: '${at('records.parquet')}' } }`);
      await byHand('records.parquet');
    });

    test('blobs of JSON Lines, one of them packed, with records that came twice', async () => {
      const mixed = shuffled(withRepeats(records));
      const half = Math.floor(mixed.length / 2);
      writeFileSync(at('blobs', 'a/one.jsonl'), jsonLines(mixed.slice(0, half)));
      writeFileSync(at('blobs', 'a/two.jsonl.gz'), gzipSync(jsonLines(mixed.slice(half))));
      await uploaded(azurite.connectionString, 'lines', at('blobs'), { append: false });
      await saysTheSame(blobs('container: lines, prefix: a/, unique: _ItemId'));
    });
    test('blobs of Parquet, as an export job writes them', async () => {
      await writeHourlyParquet(at('job', 'workspaceId/1/jobId/2'), at('records.jsonl'));
      await uploaded(azurite.connectionString, 'job', at('job'), { append: false });
      await saysTheSame(blobs('container: job'));
    }, 120_000);
  });

  describe.skipIf(!inCi)(`an event hub${missing === undefined ? '' : ` (skipped: ${missing})`} (CI tier)`, () => {
    test.skipIf(missing !== undefined)('in envelopes, over three partitions, with records that came twice; what is read is committed', async () => {
      const broker = started as KafkaBroker;
      const sent = shuffled(withRepeats(records));
      const { messages } = await sendRecords(broker, 'am-securityevent', sent);
      // Records of the past: `keep` counts from the newest of them, not from today.
      await saysTheSame(`{ use: event-hubs/topic, settings: { bootstrap: '${broker.sasl}', table: SecurityEvent, tls: false, keep: 60d, connectionString: '\${secret:HUB}' } }`, { BYOML_SECRET_HUB: broker.connectionString });
      expect(await committed(broker, 'am-securityevent', 'byoml')).toBe(messages);
    });

    test.skipIf(missing !== undefined)('what is wrong with it is told, without its connection string', async () => {
      const broker = started as KafkaBroker;
      const wrong = `${broker.connectionString.slice(0, -8)}AAAAAAAA`;
      const told = async (table: string, connectionString: string): Promise<unknown> => {
        const soc = await workspace({ BYOML_SECRET_HUB: connectionString });
        writeDetection({ folder: soc.folder, name }, { source: `{ use: event-hubs/topic, settings: { bootstrap: '${broker.sasl}', table: ${table}, tls: false, connectionString: '\${secret:HUB}' } }`, sinks: '[]' });
        const { status, document, stderr } = await soc.run('run', name);
        expect(`${JSON.stringify(document)}${stderr}`).not.toContain(connectionString);
        return [status, document.error.code, document.error.message];
      };
      expect(await told('SecurityEvent', wrong)).toEqual([6, 'CREDENTIAL_INVALID', `${broker.sasl}: the connection string is not accepted`]);
      expect(await told('SigninLogs', broker.connectionString)).toEqual([6, 'RESOURCE_UNKNOWN', `${broker.sasl} has no event hub or topic am-signinlogs`]);
    });
  });
});