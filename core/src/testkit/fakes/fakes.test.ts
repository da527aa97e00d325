import { expect, test } from 'vitest';
import { z } from 'zod';
import { Clock, Fetch, Folder, Logger, Secrets } from '../../contracts/services.ts';
import { table } from '../table.ts';
import { steppedClock } from './clock.ts';
import { endless } from './endless.ts';
import { recordingLogger } from './logger.ts';
import { memoryFiles } from './model-files.ts';
import { fakeServices } from './services.ts';

test('a stepped clock moves only when it is read', () => {
  const clock = steppedClock(new Date('2026-11-24T00:00:00Z'), 500);
  expect([clock.now(), clock.now()].map((at) => at.toISOString())).toEqual(['2026-11-24T00:00:00.000Z', '2026-11-24T00:00:00.500Z']);
});

test('a recording logger keeps what it was told, in order', () => {
  const logger = recordingLogger();
  logger.warn('few rows', { rows: 1 });
  logger.info('done');
  expect(logger.entries).toEqual([{ level: 'warn', message: 'few rows', fields: { rows: 1 } }, { level: 'info', message: 'done', fields: undefined }]);
});

test('an endless source ends only when it is closed', async () => {
  const asked: number[] = [];
  const source = endless(table({ user: z.string() }, [{ user: 'ann' }]), (n) => asked.push(n));
  let seen = 0;
  for await (const part of source) if ((seen += part.length) === 4) source.close();
  expect([seen, asked]).toEqual([4, [1, 2, 3, 4]]);
});

test('model files in memory are copies, and refuse names that leave the folder', async () => {
  const files = memoryFiles();
  const bytes = Uint8Array.of(1, 2);
  await files.write('scopes/s61/graph.bin', bytes);
  bytes[0] = 9;
  expect(await files.read('scopes/s61/graph.bin')).toEqual(Uint8Array.of(1, 2));
  (await files.read('scopes/s61/graph.bin'))[0] = 9;
  expect(files.held.get('scopes/s61/graph.bin')).toEqual(Uint8Array.of(1, 2));
  for (const name of ['../x', '/x', 'a//b', 'a/../b', '.hidden', 'c:\\x', '']) await expect(files.write(name, bytes)).rejects.toThrow(/relative file name/);
  await expect(files.read('none')).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
});

test('services are the fixture\'s own, else fakes without a network; others must be supplied', async () => {
  const given = fakeServices({ log: Logger, clock: Clock, web: Fetch, secrets: Secrets }, { log: 'mine' });
  expect(given.log).toBe('mine');
  expect(await given.secrets.get('KEY', new AbortController().signal)).toBe('secret-KEY');
  await expect(given.web('http://localhost')).rejects.toThrow(/without a network/);
  expect(() => fakeServices({ scratch: Folder })).toThrow(/must supply the service "scratch"/);
});
