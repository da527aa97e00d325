import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pluginChecks, type Destination, type SinkFixture } from '@byoml/core/testkit';
import { describe, test } from 'vitest';
import plugin from './index.ts';

const cells = (line: string) => line.slice(2, -2).split(' | ').map((cell) => cell.replaceAll(/\\(.)/g, '$1'));

/** The rows of a report, read back from its Markdown. */
const parse = (report: string) =>
  report.split('\n').slice(2, -1).map(cells).map(([user, resource, surprise]) => ({ user, resource, surprise: Number(surprise) }));

const fixture: SinkFixture = {
  rows: [{ user: 'ann', resource: 'hr', surprise: 3.25 }, { user: 'DOM\\bob', resource: 'a | b', surprise: 1 }, { user: 'Zoë', resource: 'wiki', surprise: 0 }],
  unreachable: { folder: fileURLToPath(import.meta.url) },
  async open(): Promise<Destination> {
    const folder = await mkdtemp(join(tmpdir(), 'markdown-report-'));
    return {
      settings: { folder },
      read: async () => (await Promise.all((await readdir(folder)).filter((name) => name.endsWith('.md')).map((name) => readFile(join(folder, name), 'utf8')))).flatMap(parse),
      leftovers: async () => (await readdir(folder)).filter((name) => !name.endsWith('.md')),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

describe('keeps every promise of a sink', () => {
  for (const { name, run } of pluginChecks(plugin, { 'sink/markdown-report': fixture })) test(name, run);
});
