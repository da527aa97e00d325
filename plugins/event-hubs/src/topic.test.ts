import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaBrokerOrReason } from '@byoml/fixtures/kafka-broker';
import { aRun, inFolder } from '@byoml/core/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { outside, type Outside } from './outside.test.fixture.ts';
import { envelope, failure, idOf, reader, record } from './reader.test.fixture.ts';

const started = await kafkaBrokerOrReason();
const broker = 'missing' in started ? undefined : started;
const kafka = broker ? await outside(broker) : undefined;
afterAll(async () => {
  await kafka?.[Symbol.asyncDispose]();
  await broker?.[Symbol.asyncDispose]();
});
const out = kafka as Outside;
const bootstrap = broker?.plain ?? '';
const title = 'missing' in started ? `a topic of a real Kafka broker (skipped: ${started.missing})` : 'a topic of a real Kafka broker';

const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));
const spoolOf = async (folder: string): Promise<string> => join(folder, (await readdir(folder))[0] as string);

describe.skipIf(!broker)(title, () => {
  test('gives the records as they were sent, in hours of their time, whatever the envelope and the compression', () =>
    inFolder(async (folder) => {
      const name = await out.topic('as-sent', 2);
      await out.send(name, [envelope(record(1), record(2, 7)), record(3)], { gzip: true });
      await out.send(name, [`[${record(4, 7)}]`], { partition: 1 });
      const { files, ...rest } = await reader(folder, { bootstrap, topic: name }).scan();
      expect(rest).toEqual({ kind: 'files', format: 'jsonl', name: 'event-hubs/topic (as-sent)', unique: '_ItemId' });
      expect(files.map(({ span }) => span)).toEqual([6, 7].map((hour) => ({ from: new Date(Date.UTC(2026, 10, 24, hour)), to: new Date(Date.UTC(2026, 10, 24, hour + 1)) })));
      const [six, seven] = await Promise.all(files.map(({ url }) => readFile(new URL(url), 'utf8')));
      expect(six).toBe(`${record(1)}\n${record(3)}\n`);
      expect(seven?.split('\n').toSorted()).toEqual(['', record(2, 7), record(4, 7)]);
    }));

  test('gives the hours that touch the window, and the same as long as nothing comes', () =>
    inFolder(async (folder) => {
      const name = await out.topic('windows');
      await out.send(name, [5, 6, 7, 8].map((hour) => record(hour, hour)));
      const { source, scan } = reader(folder, { bootstrap, topic: name });
      const all = await scan();
      expect(await scan()).toEqual(all);
      const some = await source.scan({ from: new Date('2026-11-24T06:30:00Z'), to: new Date('2026-11-24T08:00:00Z') }, aRun());
      expect(some).toMatchObject({ files: [all.files[1], all.files[2]] });
      await out.send(name, [record('late', 6)]);
      const later = (await scan()).files;
      expect(later.map(({ version }, i) => version === all.files[i]?.version)).toEqual([true, false, true, true]);
    }));

  test('commits when it is settled and not before, and reads nothing twice', () =>
    inFolder(async (folder) => {
      const name = await out.topic('settled', 2);
      for (const partition of [0, 1]) await out.send(name, ids(0, 50).map((id) => record(`${partition}-${id}`)), { partition });
      const { source, lines } = reader(folder, { bootstrap, topic: name });
      expect(await lines()).toHaveLength(100);
      expect(await out.committed(name)).toEqual([-1, -1]);
      // Another process, since the first one ended before it was settled: the group has heard of nothing.
      expect((await reader(folder, { bootstrap, topic: name }).lines()).map(idOf)).toHaveLength(100);
      await source.settle(aRun());
      expect(await out.committed(name)).toEqual([50, 50]);
      await out.send(name, [record('more')]);
      const after = await reader(folder, { bootstrap, topic: name }).lines();
      expect(after).toHaveLength(101);
      expect(new Set(after.map(idOf)).size).toBe(101);
      // The group was told of less than is here.
      expect(await reader(folder, { bootstrap, topic: name }).lines()).toEqual(after);
      // Another workspace of the same group gets what is not settled, and is told nothing of what is.
      await inFolder(async (other) => expect((await reader(other, { bootstrap, topic: name }).lines()).map(idOf)).toEqual(['more']));
    }));

  test('all scans of a run see the same records', () =>
    inFolder(async (folder) => {
      const name = await out.topic('one-run');
      await out.send(name, [record(1)]);
      const { scan } = reader(folder, { bootstrap, topic: name });
      const first = await scan({ id: 'same' });
      await out.send(name, [record(2)]);
      expect(await scan({ id: 'same' })).toEqual(first);
      expect((await scan({ id: 'next' })).files).not.toEqual(first.files);
    }));

  test('what a stopped process left is cut off, and read again', () =>
    inFolder(async (folder) => {
      const name = await out.topic('cut');
      await out.send(name, ids(0, 10).map((id) => record(id)));
      const whole = await reader(folder, { bootstrap, topic: name }).lines();
      const spool = await spoolOf(folder);
      // As if it had ended before the ledger followed: torn bytes, and an hour that the ledger does not know.
      await writeFile(join(spool, 'hours', '2026-11-24T06.jsonl'), '{"torn', { flag: 'a' });
      await writeFile(join(spool, 'hours', '2026-11-24T09.jsonl'), `${record('unknown', 9)}\n`);
      await writeFile(join(spool, 'ledger.json.new'), '{');
      expect(await reader(folder, { bootstrap, topic: name }).lines()).toEqual(whole);
      expect(await readdir(join(spool, 'hours'))).toEqual(['2026-11-24T06.jsonl']);
      await out.send(name, [record('next')]);
      expect(await reader(folder, { bootstrap, topic: name }).lines()).toEqual([...whole, record('next')]);
      await writeFile(join(spool, 'hours', '2026-11-24T06.jsonl'), '');
      expect(await failure(reader(folder, { bootstrap, topic: name }).lines())).toMatch(/^FILE_CORRUPT: .*2026-11-24T06\.jsonl has 0 bytes/);
      await writeFile(join(spool, 'ledger.json'), '{"format":1}');
      expect(await failure(reader(folder, { bootstrap, topic: name }).lines())).toMatch(/^FILE_CORRUPT: .*ledger\.json/);
    }));

  test('what is no record is put aside with its place, and keeps nothing else from being read', () =>
    inFolder(async (folder) => {
      const name = await out.topic('hostile');
      const faults = ['no json', Buffer.from([0xff, 0xfe]), null, '7', envelope('8'), `{"a":${'['.repeat(200)}${']'.repeat(200)}}`, record('future').replace('2026', '9999')];
      await out.send(name, [record(1), ...faults, `{"__proto__":{"a":1},"TimeGenerated":"2026-11-24T06:00:00Z"}`, record(2)]);
      const { lines, warnings } = reader(folder, { bootstrap, topic: name });
      expect(await lines()).toEqual([record(1), `{"__proto__":{"a":1},"TimeGenerated":"2026-11-24T06:00:00Z"}`, record(2)]);
      expect(warnings()).toEqual([expect.stringMatching(/^7 messages or records could not be read and were put aside in .*quarantine\.jsonl; the first is record 1 of partition 0: it is not JSON$/)]);
      const aside = (await readFile(join(await spoolOf(folder), 'quarantine.jsonl'), 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line) as object);
      expect(aside).toMatchObject([
        { partition: 0, offset: '1', reason: 'it is not JSON', text: 'no json' },
        { offset: '2', reason: 'it is not UTF-8', base64: '//4=' },
        { offset: '3', reason: 'it is empty' },
        { offset: '4', text: '7' },
        { offset: '5', text: '8' },
        { offset: '6', reason: 'it is nested 201 levels deep, and a record may have 100' },
        { offset: '7', reason: 'its TimeGenerated is more than a day ahead of the clock' },
      ]);
    }));

  test('what is older than it keeps is left out, and goes when its time is over', () =>
    inFolder(async (folder) => {
      const name = await out.topic('old');
      await out.send(name, [record('kept', 1), record('old', 1).replace('11-24', '11-20')]);
      const long = reader(folder, { bootstrap, topic: name, keep: '30d' });
      expect(await long.lines()).toHaveLength(2);
      const short = reader(folder, { bootstrap, topic: name, keep: '24h' });
      await out.send(name, [record('older', 2).replace('11-24', '11-01')]);
      // Nothing vanishes while results are not stored.
      expect((await short.lines()).map(idOf).toSorted()).toEqual(['kept', 'old']);
      expect(short.warnings()).toEqual([expect.stringMatching(/^1 records are older than what is kept/)]);
      await short.source.settle(aRun());
      expect((await short.lines()).map(idOf)).toEqual(['kept']);
    }));

  test('says what is gone when the topic kept less than was read, or was made anew', () =>
    inFolder(async (folder) => {
      const name = await out.topic('gone');
      await out.send(name, ids(0, 10).map((id) => record(id)));
      const first = reader(folder, { bootstrap, topic: name });
      await first.lines();
      await out.send(name, ids(10, 20).map((id) => record(id)));
      await out.keep(name, 1);
      await expect.poll(async () => (await out.admin.fetchTopicOffsets(name))[0]?.low, { timeout: 30_000 }).toBe('20');
      await out.keep(name, 3_600_000);
      await out.send(name, [record('after')]);
      expect((await first.lines()).map(idOf)).toEqual([...ids(0, 10), 'after']);
      expect(first.warnings()).toEqual([expect.stringMatching(/^gone, partition 0: 10 records are gone/)]);
      await first.source.settle(aRun());

      await out.admin.deleteTopics({ topics: [name] });
      await expect.poll(() => out.admin.listTopics()).not.toContain(name);
      await out.topic(name);
      await out.send(name, [record('new')]);
      const again = reader(folder, { bootstrap, topic: name });
      expect((await again.lines()).map(idOf)).toEqual([...ids(0, 10), 'after', 'new']);
      expect(again.warnings()).toEqual([expect.stringMatching(/^gone was made anew/)]);
      await again.source.settle(aRun());
      expect(await out.committed(name)).toEqual([1]);
      expect(await again.lines()).toHaveLength(12);
    }));

  test('says what another member of the group took', () =>
    inFolder(async (folder) => {
      const name = await out.topic('others');
      await out.send(name, ids(0, 4).map((id) => record(id)));
      const own = reader(folder, { bootstrap, topic: name });
      await own.lines();
      await out.send(name, ids(4, 9).map((id) => record(id)));
      await inFolder(async (theirs) => {
        const other = reader(theirs, { bootstrap, topic: name });
        await other.lines();
        await other.source.settle(aRun());
      });
      await out.send(name, [record('last')]);
      // What was not settled here was taken there, too; it is not told back.
      await own.source.settle(aRun());
      expect(await out.committed(name)).toEqual([9]);
      expect((await own.lines()).map(idOf)).toEqual([...ids(0, 4), 'last']);
      expect(own.warnings()).toEqual([expect.stringMatching(/^others, partition 0: 5 records were taken by another member/)]);
    }));

  test('a run takes no more than it may, and the next one goes on', () =>
    inFolder(async (folder) => {
      const name = await out.topic('bounded');
      for (const id of ids(0, 9)) await out.send(name, [`${record(id).slice(0, -1)},"x":"${'x'.repeat(900_000)}"}`]);
      const { lines, warnings } = reader(folder, { bootstrap, topic: name, maxBytes: 1 });
      const counts = [(await lines()).length, (await lines()).length, (await lines()).length];
      expect(counts[0]).toBeGreaterThan(0);
      expect(counts[0]).toBeLessThan(6);
      expect(counts.at(-1)).toBe(9);
      expect(warnings()[0]).toMatch(/^bounded: 1 bytes were read, which is as many as a run may/);
    }));

  test('waits for more when it is told to', () =>
    inFolder(async (folder) => {
      const name = await out.topic('patient');
      await out.send(name, [record(1)]);
      const { scan } = reader(folder, { bootstrap, topic: name, idleMs: 1500 });
      let more: Promise<void> | undefined;
      const { files } = await scan({ progress: () => void (more ??= out.send(name, [record(2, 7)])) });
      await more;
      expect(files).toHaveLength(2);
    }));

  test('stops at once', () =>
    inFolder(async (folder) => {
      const name = await out.topic('stopped');
      await out.send(name, [record(1)]);
      const controller = new AbortController();
      const { scan } = reader(folder, { bootstrap, topic: name, idleMs: 600_000 });
      let began = 0;
      const progress = (): void => {
        began ||= performance.now();
        controller.abort(new Error('told to stop'));
      };
      await expect(scan({ signal: controller.signal, progress })).rejects.toThrow('told to stop');
      expect(performance.now() - began).toBeLessThan(1000);
      expect(await reader(folder, { bootstrap, topic: name }).lines()).toHaveLength(1);
    }));

  test('several sources over one folder take turns', () =>
    inFolder(async (folder) => {
      const name = await out.topic('turns');
      await out.send(name, ids(0, 500).map((id) => record(id)));
      const found = await Promise.all([1, 2, 3].map(() => reader(folder, { bootstrap, topic: name }).lines()));
      expect(found.map((lines) => lines.length)).toEqual([500, 500, 500]);
    }));

  describe('says what is wrong', () => {
    const given = { bootstrap: broker?.sasl ?? '', connectionString: broker?.connectionString ?? '', tls: false };
    const refused = (over: object): Promise<string> => inFolder((folder) => failure(reader(folder, { ...given, ...over }).scan()));

    test('when nobody listens', async () => {
      expect(await refused({ bootstrap: '127.0.0.1:1' })).toBe('SERVICE_UNAVAILABLE: 127.0.0.1:1 cannot be reached or does not answer (ECONNREFUSED)');
    });
    test('when the connection string is wrong or missing, without repeating it', async () => {
      const wrong = `${broker?.connectionString.slice(0, -8)}AAAAAAAA`;
      const told = await refused({ connectionString: wrong });
      expect(told).toBe(`CREDENTIAL_INVALID: ${broker?.sasl}: the connection string is not accepted`);
    });
    test('when the topic is missing', async () => {
      expect(await refused({})).toBe(`RESOURCE_UNKNOWN: ${broker?.sasl} has no event hub or topic am-securityevent`);
    });
    test('when the role is missing', async () => {
      const name = await out.topic('forbidden');
      await out.admin.createAcls({ acl: [{ resourceType: 2, resourceName: name, resourcePatternType: 3, principal: 'User:somebody', host: '*', operation: 2, permissionType: 3 }] });
      expect(await refused({ topic: name })).toContain('ROLE_MISSING');
      expect(await refused({ topic: name })).toContain('"Azure Event Hubs Data Receiver"');
    });
    test('when the certificate is not trusted; with its authority named it works', () =>
      inFolder(async (folder) => {
        const name = await out.topic('encrypted');
        await out.send(name, [record(1)]);
        const secure = { ...given, bootstrap: broker?.saslTls, tls: true, topic: name };
        expect(await refused(secure)).toMatch(/^CERTIFICATE_INVALID: .* \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
        const ca = join(folder, 'ca.pem');
        await writeFile(ca, broker?.ca ?? '');
        expect(await reader(folder, { ...secure, ca }).lines()).toEqual([record(1)]);
        expect(await refused({ ...secure, ca: join(folder, 'none.pem') })).toMatch(/^FILE_MISSING: .*none\.pem/);
        const kept = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
        for (const file of kept) expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain(broker?.connectionString);
      }));
  });
});
