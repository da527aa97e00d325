import { z } from 'zod';
import { utcDay } from '../../contracts/cells.ts';
import type { Batch, Batches, Column } from '../../contracts/columns.ts';
import { defineAlgorithm } from '../../contracts/define.ts';
import { numbers } from '../../contracts/numbers.ts';
import type { AlgorithmComponent } from '../component.ts';

/** Rows of one number: the farther from the mean of the rows learned, the odder. Its rows are no pairs, and all are candidates. */
export function distance(): AlgorithmComponent {
  const cells = ({ columns }: Batch): Float64Array => numbers((columns as Record<string, Column<number>>)['x'] as Column<number>);
  const algorithm = {
    async fit(data: Batches) {
      let sum = 0;
      let rows = 0;
      for await (const batch of data) {
        sum += cells(batch).reduce((total, x) => total + x, 0);
        rows += batch.length;
      }
      const mean = sum / rows;
      const score = async (batch: Batch): Promise<object> => ({
        length: batch.length,
        columns: { surprise: cells(batch).map((x) => Math.abs(x - mean)), status: Array.from({ length: batch.length }, () => 'scored') },
      });
      return { score, save: async () => {} };
    },
  };
  const definition = defineAlgorithm({
    id: 'distance',
    summary: 'Far from the mean is odd.',
    settings: z.strictObject({}),
    input: { x: z.number(), day: utcDay().optional() },
    alertUnit: 'row',
    population: 'all',
    create: () => algorithm as never,
  });
  return { address: 'fake/distance', definition, algorithm: algorithm as never };
}
