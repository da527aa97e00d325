import { z } from 'zod';
import type { Batch } from '../../contracts/columns.ts';
import { dictionary } from '../../contracts/dictionary.ts';
import { ClusteredAccesses, defaultShape, type Shape } from './clustered-accesses.ts';
import type { Edge } from './draw-edges.ts';

const sampleColumns = { user: z.string(), resource: z.string(), count: z.number() };

/** A generated table, with its CSV text. */
export interface SampleTable extends Batch<typeof sampleColumns> {
  readonly csv: string;
}

export interface CybermlSample {
  readonly train: SampleTable;
  /** New pairs within departments. */
  readonly intra: SampleTable;
  /** Pairs across departments. */
  readonly inter: SampleTable;
}

const shapes = {
  default: { shape: defaultShape, ratio: 0.25 },
  notebook: { shape: { users: { hr: 25, fin: 35, eng: 15 }, resources: { hr: 50, fin: 75, eng: 25 }, shared: true }, ratio: 0.4 },
  components: { shape: { ...defaultShape, shared: false }, ratio: 0.25 },
} as const satisfies Record<string, { readonly shape: Shape; readonly ratio: number }>;

export type CybermlSampleName = keyof typeof shapes;
export const cybermlSampleNames = Object.keys(shapes) as CybermlSampleName[];

/** Microsoft's CyberML sample data. Any method separates it: it is no measure of quality. */
export function cybermlSample(name: CybermlSampleName): CybermlSample {
  const accesses = new ClusteredAccesses(shapes[name].shape);
  return { train: table(accesses.training(shapes[name].ratio)), intra: table(accesses.intra()), inter: table(accesses.inter()) };
}

function table(edges: readonly Edge[]): SampleTable {
  return {
    length: edges.length,
    columns: { user: dictionary(edges.map(({ user }) => user)), resource: dictionary(edges.map(({ resource }) => resource)), count: Float64Array.from(edges, ({ count }) => count) },
    csv: ['user,resource,count', ...edges.map(({ user, resource, count }) => `${user},${resource},${count}`), ''].join('\n'),
  };
}
