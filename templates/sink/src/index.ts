import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError, defineSink, definePlugin, rows, z, type Batches, type Row, type Run } from '@byoml/core';

const columns = {
  user: z.string().describe('Who'),
  resource: z.string().describe('What'),
  surprise: z.number().describe('How odd, higher is odder'),
};
type Columns = typeof columns;

const cell = (value: string | number): string => String(value).replaceAll('\\', '\\\\').replaceAll('|', '\\|');
const line = ({ user, resource, surprise }: Row<Columns>): string => `| ${[user, resource, surprise].map(cell).join(' | ')} |`;

async function report(data: Batches<Columns>, run: Run): Promise<string[]> {
  const lines: string[] = [];
  for await (const part of data) {
    run.signal.throwIfAborted();
    for (const row of rows(part)) lines.push(line(row));
    run.progress({ done: lines.length, unit: 'rows' });
  }
  return lines;
}

/** One file per run, named by the run's id, so that writing a run again replaces it; it appears under its name when it is whole. */
async function writeReport(folder: string, data: Batches<Columns>, run: Run): Promise<{ rows: number }> {
  const lines = await report(data, run);
  const path = join(folder, `${encodeURIComponent(run.id)}.md`);
  const part = `${path}.part`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(part, ['| user | resource | surprise |', '|---|---|---|', ...lines, ''].join('\n'), { signal: run.signal });
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => {});
    run.signal.throwIfAborted();
    throw new ByomlError('WRITE_FAILED', `markdown-report: ${path} cannot be written`, { details: { path }, cause });
  }
  return { rows: lines.length };
}

export const markdownReport = defineSink({
  id: 'markdown-report',
  summary: 'A Markdown table for each run.',
  settings: z.strictObject({ folder: z.string().min(1).describe('Where the reports go; made when it is not there') }),
  columns,
  create: ({ folder }) => ({ write: (data, run) => writeReport(folder, data, run) }),
});

export default definePlugin({ components: [markdownReport] });
