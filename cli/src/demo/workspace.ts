import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** Real CloudTrail events of one attack simulation, in order of time (see SOURCE.md beside them). */
const events = new URL('../../fixtures/cloudtrail/cloudtrail_20230710.jsonl.gz', import.meta.url);
const learnedShare = 0.6;

export interface DemoWorkspace {
  readonly folder: string;
  readonly model: string;
  readonly earlier: string;
  readonly later: string;
  readonly scored: string;
}

/** A temporary folder with the events cut in two: the earlier part to learn from, the later part to score. */
export async function demoWorkspace(): Promise<DemoWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'byoml-demo-'));
  const [earlier, later] = [join(folder, 'earlier.jsonl'), join(folder, 'later.jsonl')] as const;
  const lines = (await promisify(gunzip)(await readFile(events))).toString('utf8').trimEnd().split('\n');
  const cut = Math.floor(lines.length * learnedShare);
  await writeFile(earlier, `${lines.slice(0, cut).join('\n')}\n`);
  await writeFile(later, `${lines.slice(cut).join('\n')}\n`);
  return { folder, earlier, later, model: join(folder, 'model'), scored: join(folder, 'scored.jsonl') };
}
