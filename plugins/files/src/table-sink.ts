import { resolve } from 'node:path';
import { defineSink, Engine, z } from '@byoml/core';
import { formatOf, formatSetting } from './format.ts';

/** One file that holds what the run delivered; the same run again writes the same file again. */
export const tableSink = defineSink({
  id: 'table',
  summary: 'A CSV, JSON Lines or Parquet file, replaced when everything is written',
  settings: z.strictObject({
    path: z.string().min(1).describe('File to write; `{run}` in it stands for the id of the run'),
    format: formatSetting,
  }),
  columns: {},
  needs: { engine: Engine },
  create: ({ path, format }, { engine }) => ({
    async write(data, run) {
      const file = resolve(path.replaceAll('{run}', run.id));
      const relation = await engine.open({ kind: 'batches', batches: data, name: 'files/table' }, run);
      return relation.write(file, format ?? formatOf(file), run);
    },
  }),
});
