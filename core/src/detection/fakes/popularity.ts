import { accessColumns, type AccessColumns } from '../../contracts/access.ts';
import { coldColumns, type Model, type Status } from '../../contracts/algorithm.ts';
import type { Batch, Batches } from '../../contracts/columns.ts';
import { defineAlgorithm } from '../../contracts/define.ts';
import { z } from 'zod';
import { keyedHash } from '../../random/index.ts';
import type { AlgorithmComponent } from '../component.ts';

/** What a fake model saw, in order: which days it learned and which it scored. */
export type Seen = { readonly did: 'fit' | 'refit' | 'update' | 'score' | 'scoreErased'; readonly days: readonly number[]; readonly rows: number };

export interface PopularityOptions {
  readonly erased?: boolean;
  readonly updates?: boolean;
  readonly refits?: boolean;
  readonly seen?: Seen[];
}

interface Learned {
  readonly pairs: Set<string>;
  readonly users: Set<string>;
  readonly resources: Map<string, number>;
}

const nothing: Learned = { pairs: new Set(), users: new Set(), resources: new Map() };

const key = (...parts: readonly unknown[]): string => JSON.stringify(parts);
const cell = (batch: Batch<AccessColumns>, row: number): readonly [string, string, string] => [batch.columns.scope?.at(row) ?? '', batch.columns.user.at(row) ?? '', batch.columns.resource.at(row) ?? ''];
const daysIn = (batch: Batch<AccessColumns>): number[] => [...new Set(batch.columns.day ?? [])];

/** Makes equal counts differ a little, so that ranks have no ties. */
const tieBreak = (batch: Batch<AccessColumns>, row: number): number => keyedHash(3, ...cell(batch, row)) * 1e-14;

async function learn(before: Learned, data: Batches<AccessColumns>, options: PopularityOptions, did: 'fit' | 'refit' | 'update'): Promise<Model<AccessColumns>> {
  const learned: Learned = { pairs: new Set(before.pairs), users: new Set(before.users), resources: new Map(before.resources) };
  const days: number[] = [];
  let rows = 0;
  for await (const batch of data) {
    days.push(...daysIn(batch));
    rows += batch.length;
    for (let row = 0; row < batch.length; row++) {
      if (batch.columns.count?.at(row) === 0) continue;
      const [scope, user, resource] = cell(batch, row);
      if (!learned.pairs.has(key(scope, user, resource))) learned.resources.set(key(scope, resource), (learned.resources.get(key(scope, resource)) ?? 0) + 1);
      learned.pairs.add(key(scope, user, resource));
      learned.users.add(key(scope, user));
    }
  }
  options.seen?.push({ did, days, rows });
  return model(learned, options);
}

function model(learned: Learned, options: PopularityOptions): Model<AccessColumns> {
  const inScope = new Map<string, number>();
  for (const [named, count] of learned.resources) {
    const [scope] = JSON.parse(named) as [string];
    inScope.set(scope, (inScope.get(scope) ?? 0) + count);
  }
  const answer = (batch: Batch<AccessColumns>, did: 'score' | 'scoreErased'): Batch<any> => {
    options.seen?.push({ did, days: daysIn(batch), rows: batch.length });
    const own = did === 'scoreErased' ? 1 : 0;
    const count = Array.from({ length: batch.length }, (_, row) => (learned.resources.get(key(cell(batch, row)[0], cell(batch, row)[2])) ?? 0) - own);
    const status = Array.from({ length: batch.length }, (_, row): Status => {
      const [scope, user, resource] = cell(batch, row);
      if (own === 0 && learned.pairs.has(key(scope, user, resource))) return 'known';
      const newResource = (count[row] as number) <= 0;
      if (!learned.users.has(key(scope, user))) return newResource ? 'new-both' : 'new-user';
      return newResource ? 'new-resource' : 'scored';
    });
    return { length: batch.length, columns: { surprise: count.map((seen, row) => -Math.log((Math.max(0, seen) + 1) / (inScope.get(cell(batch, row)[0]) ?? 1)) + tieBreak(batch, row)), coldSurprise: count.map((seen) => -seen), status } };
  };
  return {
    score: async (batch) => answer(batch, 'score') as never,
    ...(options.erased && { scoreErased: async (batch: Batch<AccessColumns>) => answer(batch, 'scoreErased') as never }),
    ...(options.refits && { refit: (data: Batches<AccessColumns>) => learn(nothing, data, options, 'refit') }),
    ...(options.updates && { update: (data: Batches<AccessColumns>) => learn(learned, data, options, 'update') }),
    explain: async (batch) =>
      Array.from({ length: batch.length }, () => ({ explains: 'surprise', exact: true, quantity: 's', total: 1, terms: [{ from: {}, value: 1 }], reasons: [], sentence: 'Few use it.' }) as const),
    save: async (files) => files.write('learned.json', new TextEncoder().encode(JSON.stringify({ pairs: [...learned.pairs], users: [...learned.users], resources: [...learned.resources] }))),
  };
}

/** The rarer a resource among the users of its scope, the odder: small, honest, and isolated by scope. */
export function popularity(options: PopularityOptions = {}): AlgorithmComponent {
  const algorithm = {
    fit: (data: Batches<AccessColumns>) => learn(nothing, data, options, 'fit'),
    load: async (files: { read(name: string): Promise<Uint8Array> }) => {
      const { pairs, users, resources } = JSON.parse(new TextDecoder().decode(await files.read('learned.json'))) as { pairs: string[]; users: string[]; resources: Array<[string, number]> };
      return model({ pairs: new Set(pairs), users: new Set(users), resources: new Map(resources) }, options);
    },
  };
  const definition = defineAlgorithm({
    id: 'popularity',
    summary: 'Rarer resources are odder.',
    settings: z.strictObject({}),
    input: accessColumns,
    output: coldColumns,
    alertUnit: 'pair-day',
    population: 'new-pairs',
    statuses: ['known', 'scored', 'new-user', 'new-resource', 'new-both'],
    create: () => algorithm as never,
  });
  return { address: 'fake/popularity', definition, algorithm: algorithm as never };
}
