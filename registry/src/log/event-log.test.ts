import fc from 'fast-check';
import { expect, test } from 'vitest';
import { absent } from '../storage/storage.ts';
import { memoryStorage } from '../storage/memory.ts';
import type { Event, LogEvent } from './event.ts';
import { EventLog, verifyLog } from './event-log.ts';

const { signal } = new AbortController();
const time = '2026-01-05T12:00:00.000Z';
const first = 'v1/log/000001.jsonl';
const tag = (version: string): Event => ({ kind: 'tag', name: '@acme/odd', by: 'author', tag: 'latest', version });
const plain = { time, guard: () => undefined, signal };

async function filled(count: number): Promise<ReturnType<typeof memoryStorage>> {
  const storage = memoryStorage();
  const log = await EventLog.open(storage, { onEvent: () => undefined, signal });
  for (let i = 0; i < count; i++) await log.append(tag(`1.0.${i}`), plain);
  return storage;
}

const textOf = async (storage: ReturnType<typeof memoryStorage>, key = first): Promise<string> => new TextDecoder().decode((await storage.read(key, signal))?.bytes);
const refused = expect.objectContaining({ code: 'TRUST_REFUSED' });

test('what is appended is read again, in order, over many segments', async () => {
  const storage = await filled(243);
  const events: LogEvent[] = [];
  const log = await EventLog.open(storage, { onEvent: (event) => events.push(event), signal });
  expect(events.map(({ number }) => number)).toEqual(Array.from({ length: 243 }, (_, i) => i + 1));
  expect(events.at(-1)).toMatchObject({ ...tag('1.0.242'), time });
  expect(await verifyLog(storage, signal)).toEqual(log.head);
  expect(await Array.fromAsync(storage.list('v1/log/', signal))).toEqual([first, 'v1/log/000002.jsonl', 'v1/log/000003.jsonl']);
});

test('writers that do not know of each other lose nothing, and each learns of all', async () => {
  const storage = memoryStorage();
  const seen: number[][] = [[], [], []];
  const logs = await Promise.all(seen.map((events) => EventLog.open(storage, { onEvent: ({ number }) => events.push(number), signal })));
  await Promise.all(Array.from({ length: 60 }, (_, i) => (logs[i % 3] as EventLog).append(tag(`1.0.${i}`), plain)));
  await Promise.all(logs.map((log) => log.refresh(signal)));
  for (const events of seen) expect(events).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  expect((await verifyLog(storage, signal)).number).toBe(60);
});

test('a guard sees what others have appended meanwhile', async () => {
  const storage = memoryStorage();
  const versions: (string | null)[] = [];
  const log = await EventLog.open(storage, { onEvent: (event) => event.kind === 'tag' && versions.push(event.version), signal });
  const other = await EventLog.open(storage, { onEvent: () => undefined, signal });
  await other.append(tag('1.0.0'), plain);
  const guard = (): void => {
    if (versions.includes('1.0.0')) throw new Error('taken');
  };
  await expect(log.append(tag('1.0.0'), { ...plain, guard })).rejects.toThrow('taken');
  expect((await verifyLog(storage, signal)).number).toBe(1);
});

test('one changed character anywhere is found', async () => {
  const storage = await filled(12);
  const text = await textOf(storage);
  // The last line has no line after it that would tell: whoever signs the head of the log tells about that one.
  const told = text.lastIndexOf('{"number"');
  await fc.assert(
    fc.asyncProperty(fc.nat(told - 1), fc.integer({ min: 32, max: 126 }), async (at, code) => {
      const character = String.fromCharCode(code);
      fc.pre(text[at] !== character);
      await storage.write(first, new TextEncoder().encode(`${text.slice(0, at)}${character}${text.slice(at + 1)}`), { signal });
      await expect(verifyLog(storage, signal)).rejects.toEqual(refused);
    }),
  );
});

test.each<[string, (lines: string[]) => string[]]>([
  ['taken out', (lines) => lines.toSpliced(4, 1)],
  ['put in twice', (lines) => lines.toSpliced(4, 0, lines[4] ?? '')],
  ['moved', (lines) => [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)]],
  ['emptied', (lines) => lines.with(4, '')],
  ['made an array', (lines) => lines.with(4, '[]')],
])('a line that was %s is found, with its place', async (_, change) => {
  const storage = await filled(10);
  const lines = (await textOf(storage)).trimEnd().split('\n');
  await storage.write(first, new TextEncoder().encode(`${change(lines).join('\n')}\n`), { signal });
  await expect(verifyLog(storage, signal)).rejects.toMatchObject({ code: 'TRUST_REFUSED', message: expect.stringMatching(/v1\/log\/000001\.jsonl:[1-6]:/) });
});

test('a segment that is gone, short or new is found', async () => {
  const storage = await filled(1100);
  const second = await textOf(storage, 'v1/log/000002.jsonl');
  await storage.delete('v1/log/000002.jsonl', { signal });
  await expect(verifyLog(storage, signal)).rejects.toEqual(refused);
  await storage.write('v1/log/000002.jsonl', new TextEncoder().encode(second.slice(0, second.indexOf('\n') + 1)), { expected: absent, signal });
  await expect(verifyLog(storage, signal)).rejects.toEqual(refused);
});

test('a server that runs notices that lines it has read were changed', async () => {
  const storage = await filled(3);
  const log = await EventLog.open(storage, { onEvent: () => undefined, signal });
  await storage.write(first, new TextEncoder().encode((await textOf(storage)).replace('1.0.0', '6.6.6')), { signal });
  await expect(log.append(tag('2.0.0'), plain)).rejects.toEqual(refused);
});
