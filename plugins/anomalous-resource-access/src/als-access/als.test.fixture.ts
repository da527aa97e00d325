import { type z, type Batch, type Batches, type Model } from '@byoml/core';
import { ClusteredAccesses, type Edge, type Shape } from '@byoml/core/samples';
import { aRun, fakeServices, replay, table, type InputRow } from '@byoml/core/testkit';
import { alsAccess } from './definition.ts';

export type AccessRow = InputRow<typeof alsAccess.input>;

const rowsOf = (edges: readonly Edge[], scope: string): AccessRow[] => edges.map((edge) => ({ ...edge, scope }));

export const accesses = (rows: readonly AccessRow[]): Batch<any> => table(alsAccess.input, rows);

export const stream = (...batches: readonly Batch<any>[]): Batches<any> => replay(...batches);

export const create = (settings: z.input<typeof alsAccess.settings> = {}) => alsAccess.create(alsAccess.settings.parse(settings), fakeServices(alsAccess.needs));

export const compat = alsAccess.profiles?.['compat'] as z.input<typeof alsAccess.settings>;

export async function fitted(settings: z.input<typeof alsAccess.settings>, rows: readonly AccessRow[], seed = 1): Promise<Model> {
  return create(settings).fit?.(stream(accesses(rows)), aRun({ seed })) as Promise<Model>;
}

export interface Scores {
  readonly surprise: number[];
  readonly coldSurprise: number[];
  readonly status: string[];
}

export async function scored(model: Model, rows: readonly AccessRow[]): Promise<Scores> {
  const { columns } = await model.score(accesses(rows), aRun());
  const { surprise, coldSurprise, status } = columns as unknown as Record<keyof Scores, Iterable<never>>;
  return { surprise: [...surprise], coldSurprise: [...coldSurprise], status: [...status] };
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

/** The sample data of several tenants, each from a generator of its own. */
export function tenants(count: number, ratio: number, shape?: Shape): { train: AccessRow[]; intra: AccessRow[]; inter: AccessRow[] } {
  const parts = Array.from({ length: count }, (_, tenant) => {
    const generator = new ClusteredAccesses(shape);
    const [train, intra, inter] = [generator.training(ratio), ratio < 1 ? generator.intra() : [], ratio < 1 ? generator.inter() : []];
    return { train: rowsOf(train, String(tenant)), intra: rowsOf(intra, String(tenant)), inter: rowsOf(inter, String(tenant)) };
  });
  return { train: parts.flatMap(({ train }) => train), intra: parts.flatMap(({ intra }) => intra), inter: parts.flatMap(({ inter }) => inter) };
}

