import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { kafkaBrokerOrReason, startKafkaBroker } from '@byoml/fixtures/kafka-broker';
import { aRun, inFolder } from '@byoml/core/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { outside, type Outside } from './outside.test.fixture.ts';
import { idOf, linesOf, reader, record } from './reader.test.fixture.ts';
import { inCi } from './tier.test.fixture.ts';

const started = await kafkaBrokerOrReason();
const broker = 'missing' in started ? undefined : started;
const kafka = broker ? await outside(broker) : undefined;
afterAll(async () => {
  await kafka?.[Symbol.asyncDispose]();
  await broker?.[Symbol.asyncDispose]();
});
const out = kafka as Outside;
const bootstrap = broker?.plain ?? '';
const title = 'missing' in started ? `kill -9 beside a real Kafka broker (skipped: ${started.missing})` : 'kill -9 beside a real Kafka broker';
const ids = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** Starts a process that reads for ever and kills it so long after it first found something; answers what it said. */
async function killedReader(folder: string, topic: string, afterMs: number): Promise<string[]> {
  const settings = join(folder, '..', `${topic}.json`);
  await writeFile(settings, JSON.stringify({ folder, bootstrap, topic }));
  const child = spawn(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'reading.test.child.ts'), settings], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (said.push(line) === 1) globalThis.setTimeout(() => child.kill('SIGKILL'), afterMs);
  }
  expect((await ended)[1]).toBe('SIGKILL');
  return said;
}

describe.skipIf(!broker || process.platform === 'win32')(title, () => {
  const moments = Array.from({ length: inCi ? 8 : 1 }, () => Math.floor(Math.random() * 900));
  test(`a reader that is killed at any moment (${moments.join(', ')} ms) neither loses nor doubles a record${inCi ? ' (CI tier)' : ''}`, () =>
    inFolder(async (parent) => {
      const folder = join(parent, 'data');
      const name = await out.topic('killed-reader', 3);
      let sent = 0;
      const producing = new AbortController();
      const producer = (async () => {
        for (; !producing.signal.aborted; sent++, await setTimeout(40)) await out.send(name, ids(`${sent}-`, 300).map((id) => record(id, sent % 9)), { partition: sent % 3 });
      })();
      let highest = 0;
      for (const moment of moments) {
        const said = await killedReader(folder, name, moment);
        const found = said.flatMap((line) => (line.startsWith('found') ? [Number(line.slice(6))] : []));
        expect(found.toSorted((a, b) => a - b)).toEqual(found);
        expect(said.filter((line) => line.startsWith('warning'))).toEqual([]);
        const before = highest;
        // What was there once is there again.
        highest = Math.max(highest, ...found);
        expect(found[0] ?? highest).toBeGreaterThanOrEqual(before);
      }
      producing.abort();
      await producer;
      const { lines, source, warnings } = reader(folder, { bootstrap, topic: name });
      const read = (await lines()).map(idOf);
      expect(read).toHaveLength(sent * 300);
      expect(new Set(read).size).toBe(read.length);
      expect(warnings()).toEqual([]);
      await source.settle(aRun());
      expect((await out.committed(name)).reduce((sum, offset) => sum + offset, 0)).toBe(read.length);
    }), 180_000);

  test.skipIf(!inCi)('a broker that is killed in the middle of a scan and comes back loses nothing (CI tier)', () =>
    inFolder(async (folder) => {
      await using own = await startKafkaBroker();
      const name = 'killed-broker';
      {
        await using before = await outside(own);
        await before.topic(name, 2);
        for (let part = 0; part < 40; part++) await before.send(name, ids(`${part}-`, 500).map((id) => `${record(id).slice(0, -1)},"x":"${'x'.repeat(1000)}"}`), { partition: part % 2 });
      }
      const { scan, lines, warnings } = reader(folder, { bootstrap: own.plain, topic: name });
      let back: Promise<void> | undefined;
      const killAndRestart = async (): Promise<void> => {
        await own.kill();
        await own.restart();
      };
      const seen: number[] = [];
      await scan({
        progress({ done }) {
          seen.push(done);
          back ??= killAndRestart();
        },
      });
      expect(seen[0]).toBeLessThan(20_000);
      await back;
      const read = (await lines()).map(idOf);
      expect(read).toHaveLength(20_000);
      expect(new Set(read).size).toBe(20_000);
      expect(warnings()).toEqual([]);
    }));
});

describe.skipIf(!broker)(`two members of a group${'missing' in started ? ` (skipped: ${started.missing})` : ''}`, () => {
  test('share the partitions, and together have every record', () =>
    inFolder(async (one) => inFolder(async (two) => {
      const name = await out.topic('shared', 4);
      const send = async (prefix: string): Promise<void> => {
        for (const partition of [0, 1, 2, 3]) await out.send(name, ids(`${prefix}${partition}-`, 200).map((id) => record(id)), { partition });
      };
      await send('first');
      // The first waits for more in the group when the second one comes and takes half of the partitions.
      const readers = [reader(one, { bootstrap, topic: name, idleMs: 2500 }), reader(two, { bootstrap, topic: name, idleMs: 500 })] as const;
      let second: Promise<unknown> | undefined;
      await readers[0].scan({
        progress: () => void (second ??= (async () => {
          await readers[1].scan();
          await readers[1].source.settle(aRun());
        })()),
      });
      await second;
      await send('later');
      const again = [one, two].map((folder) => reader(folder, { bootstrap, topic: name }));
      for (const { scan, source } of again) {
        await scan();
        await source.settle(aRun());
      }
      expect(await out.committed(name)).toEqual([400, 400, 400, 400]);
      const [a, b] = (await Promise.all(again.map(({ scan }) => scan().then(linesOf)))).map((lines) => lines.map(idOf));
      expect(new Set([...(a ?? []), ...(b ?? [])]).size).toBe(1600);
      // Each by itself has nothing twice.
      for (const own of [a, b]) expect(new Set(own).size).toBe(own?.length);
      expect(b?.length).toBeGreaterThan(0);
    })));
});
