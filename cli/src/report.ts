import { mkdir, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { reportOf, type DayRows } from '@byoml/core/workspace';
import type { Detecting } from './detecting.ts';

/** Writes the report of a run into the workspace and answers its path. Loads the report's pictures only when one is written. */
export async function writeReport({ session, plan, state, workspace }: Pick<Detecting, 'session' | 'plan' | 'state' | 'workspace'>, number: number, rows: DayRows | null): Promise<string> {
  const run = state.run(number);
  if (!run) throw new ByomlError('RECORD_UNKNOWN', `there is no run ${number}`, { details: { run: number } });
  session.options.step('writing the report');
  const data = await reportOf({ session, plan, state, run, rows, generated: isGenerated(plan.detection.source.settings, workspace.folder), made: new Date() });
  const { renderReport } = await import('@byoml/report');
  const path = join(workspace.folder, '.byoml', 'runs', String(number), 'report.html');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, renderReport(data));
  await rename(`${path}.new`, path);
  return path;
}

/** Generated samples carry a truth file beside the data: their reports must say what they are. */
function isGenerated({ path }: Readonly<Record<string, unknown>>, folder: string): boolean {
  return typeof path === 'string' && existsSync(join(path.startsWith('/') ? path : join(folder, path), '..', 'truth.jsonl'));
}
