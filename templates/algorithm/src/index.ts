import { batch, ByomlError, defineAlgorithm, definePlugin, dictionary, numbers, z, type Batches, type Model, type ModelFiles, type Run } from '@byoml/core';

const input = {
  user: z.string().min(1).describe('Who'),
  hour: z.int().min(0).max(23).describe('Hour of the day, UTC'),
};
type Input = typeof input;

/** User → how often in each of the 24 hours; what the model file holds. */
const Counts = z.array(z.tuple([z.string(), z.array(z.int().min(0)).length(24)]));
type Counts = Map<string, number[]>;

/** surprise = −ln((n(user, hour) + 1) / (n(user) + 24)): finite for everybody, also for those never seen. */
const model = (counts: Counts): Model<Input> => ({
  async score({ length, columns }, run) {
    run.signal.throwIfAborted();
    const [users, hours] = [dictionary(columns.user), numbers(columns.hour)];
    const surprise = Float64Array.from({ length }, (_, i) => {
      const seen = counts.get(users.at(i) ?? '') ?? [];
      const all = seen.reduce((sum, times) => sum + times, 0);
      return -Math.log(((seen[hours[i] ?? 0] ?? 0) + 1) / (all + 24));
    });
    return batch({ surprise, status: Array.from({ length }, () => 'scored' as const) });
  },
  async save(files) {
    const sorted = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
    await files.write('counts.json', new TextEncoder().encode(JSON.stringify(sorted)));
  },
});

async function fit(data: Batches<Input>, run: Run): Promise<Model<Input>> {
  const counts: Counts = new Map();
  let done = 0;
  for await (const { length, columns } of data) {
    run.signal.throwIfAborted();
    const [users, hours] = [dictionary(columns.user), numbers(columns.hour)];
    for (let i = 0; i < length; i++) {
      const user = users.at(i) ?? '';
      const seen = counts.get(user) ?? Array.from({ length: 24 }, () => 0);
      seen[hours[i] ?? 0]! += 1;
      counts.set(user, seen);
    }
    run.progress({ done: (done += length), unit: 'rows' });
  }
  return model(counts);
}

/** Model files come from elsewhere: parse them, never trust them. */
async function load(files: ModelFiles): Promise<Model<Input>> {
  try {
    return model(new Map(Counts.parse(JSON.parse(new TextDecoder().decode(await files.read('counts.json'))))));
  } catch (cause) {
    throw new ByomlError('MODEL_INVALID', 'counts.json does not hold counts of 24 hours by user', { cause });
  }
}

export const rareHour = defineAlgorithm({
  id: 'rare-hour',
  summary: 'Activity at hours at which a user is rarely active.',
  settings: z.strictObject({}),
  input,
  alertUnit: 'row',
  population: 'all',
  create: () => ({ fit, load }),
});

export default definePlugin({ components: [rareHour] });
