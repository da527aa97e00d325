import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ByomlError, defineSink, Engine, z, type FileFormat, type Relation, type Run } from '@byoml/core';
import { appendOnce } from './append.ts';
import { formatOf, formatSetting } from './format.ts';

/** One file that holds what the run delivered, or what all runs did; the same run again writes the same again. */
export const tableSink = defineSink({
  id: 'table',
  summary: 'A CSV, JSON Lines or Parquet file, replaced by each run or added to',
  settings: z.strictObject({
    path: z.string().min(1).describe('File to write; `{run}` in it stands for the id of the run'),
    format: formatSetting,
    mode: z.enum(['replace', 'append']).default('replace').describe('Replace the file when everything is written, or add the rows to it, once per run (.jsonl and .csv)'),
  }),
  columns: {},
  needs: { engine: Engine },
  create: ({ path, format, mode }, { engine }) => {
    const chosen = format ?? formatOf(path);
    if (mode === 'append' && !canGrow(path, chosen)) throw new ByomlError('SETTINGS_INVALID', `files/table: setting "mode": only uncompressed .jsonl and .csv files can be added to, not ${path}`, { details: { path: 'mode', file: path } });
    return {
      async write(data, run) {
        const file = resolve(path.replaceAll('{run}', run.id));
        const relation = await engine.open({ kind: 'batches', batches: data, name: 'files/table' }, run);
        return mode === 'replace' ? relation.write(file, chosen, run) : added(relation, file, chosen, run);
      },
    };
  },
});

/** Writes the rows beside the file first, so that only what is whole is added. */
async function added(relation: Relation, file: string, format: FileFormat, run: Run): Promise<{ readonly rows: number }> {
  const part = `${file}.part`;
  try {
    if (!existsSync(dirname(file))) throw new ByomlError('WRITE_FAILED', `${file} could not be written: its folder does not exist`, { details: { file } });
    const written = await relation.write(part, format, run);
    run.signal.throwIfAborted();
    await appendOnce(file, { part, run: run.id, headed: format === 'csv' });
    return written;
  } finally {
    await rm(part, { force: true });
  }
}

const canGrow = (path: string, format: FileFormat): boolean => format !== 'parquet' && !path.toLowerCase().endsWith('.gz');
