import { batch, dictionaryColumn, z, type AccessColumns, type Batch, type Batches, type Model, type Run } from '@byoml/core';
import plugin from '@byoml/anomalous-resource-access';
import { randomFrom } from '@byoml/core/random';
import type { Figure } from './run.ts';

const users = 11_000;
const resources = 22_000;
const edges = 300_000;
const rounds = 5;
const naivePairs = 2000;

const run: Run = { id: 'bench', seed: 1, signal: new AbortController().signal, progress: () => undefined };

interface Pairs {
  readonly users: Int32Array;
  readonly resources: Int32Array;
}

/** A generated graph with heavy tails on both sides: a user belongs to a team that prefers its own stretch of resources. */
function generated(): Pairs {
  const random = randomFrom(1);
  const seen = new Set<number>();
  while (seen.size < edges) {
    const user = Math.floor(users * random.next() ** 2);
    const team = (user * 7919) % 500;
    const near = random.next() < 0.7;
    const resource = near ? (team * 44 + Math.floor(44 * random.next() ** 2)) % resources : Math.floor(resources * random.next() ** 4);
    seen.add(user * resources + resource);
  }
  const keys = shuffled([...seen]);
  return { users: Int32Array.from(keys, (key) => Math.floor(key / resources)), resources: Int32Array.from(keys, (key) => key % resources) };
}

function shuffled(keys: number[]): number[] {
  const random = randomFrom(2);
  for (let i = keys.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [keys[i], keys[j]] = [keys[j] as number, keys[i] as number];
  }
  return keys;
}

/** Half known pairs, half new ones, in random order. */
function probe(known: Pairs): Pairs {
  const random = randomFrom(3);
  const rows = Array.from({ length: edges }, (_, i) => i);
  const from = rows.map(() => random.below(edges));
  const to = rows.map((i) => (i % 2 === 0 ? (from[i] as number) : random.below(edges)));
  return { users: Int32Array.from(from, (i) => known.users[i] as number), resources: Int32Array.from(to, (i) => known.resources[i] as number) };
}

const names = {
  users: Array.from({ length: users }, (_, i) => `CONTOSO\\user${i}`),
  resources: Array.from({ length: resources }, (_, i) => `\\\\FS${i % 40}\\share${i}`),
};

const table = (pairs: Pairs): Batch<AccessColumns> =>
  batch<AccessColumns>({
    scope: dictionaryColumn(new Int32Array(pairs.users.length), ['']),
    user: dictionaryColumn(pairs.users, names.users),
    resource: dictionaryColumn(pairs.resources, names.resources),
    count: new Float64Array(pairs.users.length).fill(1),
  });

const stream = (rows: Batch<AccessColumns>): Batches => ({
  async *[Symbol.asyncIterator]() {
    yield rows;
  },
});

/** S path by path, as the formula reads; constant counts, so g is ln 2 everywhere. */
function naive(known: Pairs, asked: Pairs): number {
  const byUser = Array.from({ length: users }, () => new Map<number, number>());
  const byResource = Array.from({ length: resources }, () => new Map<number, number>());
  for (let i = 0; i < known.users.length; i++) {
    byUser[known.users[i] as number]?.set(known.resources[i] as number, Math.LN2);
    byResource[known.resources[i] as number]?.set(known.users[i] as number, Math.LN2);
  }
  const start = performance.now();
  let checksum = 0;
  for (let i = 0; i < naivePairs; i++) {
    const own = byUser[asked.users[i] as number] as Map<number, number>;
    for (const [peer, g] of byResource[asked.resources[i] as number] as Map<number, number>) {
      const theirs = byUser[peer] as Map<number, number>;
      for (const [shared, weight] of own) checksum += (weight * g * (theirs.get(shared) ?? 0)) / (theirs.size * (byResource[shared] as Map<number, number>).size);
    }
  }
  if (!(checksum > 0)) throw new Error('the naive scorer found no path');
  return (naivePairs / (performance.now() - start)) * 1000;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly made: T }> {
  const start = performance.now();
  const made = await work();
  return { seconds: (performance.now() - start) / 1000, made };
}

/** access-walk on a 300k-pair graph: seconds to a model with a self-chosen exponent, pairs scored a second, and how much faster that is than path by path. */
export async function measure(): Promise<Figure[]> {
  const definition = plugin.components.find(({ id }) => id === 'access-walk');
  if (definition === undefined || !('alertUnit' in definition)) throw new Error('the plugin has no access-walk');
  const known = generated();
  const asked = probe(known);
  const algorithm = definition.create(z.parse(definition.settings, {}), {});
  const fits: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const fitted = await timed(async () => (await algorithm.fit?.(stream(table(known)), run)) as Model);
    const scored = await timed(() => fitted.made.score(table(asked), run));
    fits.push(fitted.seconds);
    rates.push(asked.users.length / scored.seconds);
  }
  const rate = median(rates);
  return [
    { name: 'access-walk: model of 300k pairs (11k users, 22k resources)', value: median(fits), unit: 's', limit: 0.5, keep: 'at most' },
    { name: 'access-walk: pairs scored, half of them new, random order, one core', value: rate, unit: 'pairs/s', limit: 300_000, keep: 'at least' },
    { name: 'access-walk: times faster than path by path', value: rate / naive(known, asked), unit: '×', limit: 10, keep: 'at least' },
  ];
}
