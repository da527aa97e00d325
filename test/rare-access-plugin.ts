/** What of the code differs between versions. */
export interface RareAccess {
  /** Expression over `users` (how many used the resource), `everybody`, `count` and `settings`. */
  readonly surprise: string;
  /** Whether it reads the column `count`; else `count` is 1. */
  readonly reads?: 'count';
  /** Text of the shape of its settings. */
  readonly settings?: string;
  /** Text of what it asks for. */
  readonly capabilities?: string;
}

const template = `
import { batch, ByomlError, defineAlgorithm, definePlugin, defineRuleTemplate, dictionary, numbers, utcDay, z } from '@byoml/core';

const input = {
  user: z.string().min(1).describe('Who'),
  resource: z.string().min(1).describe('What'),
  day: utcDay().describe('UTC day of the access'),
  «input»
};

const Users = z.array(z.tuple([z.string(), z.array(z.string())]));

const model = (used, settings) => {
  const everybody = new Set([...used.values()].flatMap((users) => [...users])).size;
  return {
    async score({ length, columns }, run) {
      run.signal.throwIfAborted();
      const resources = dictionary(columns.resource);
      const counts = «counts»;
      const surprise = Float64Array.from({ length }, (_, i) => {
        const [users, count] = [used.get(resources.at(i))?.size ?? 0, counts?.[i] ?? 1];
        return «surprise»;
      });
      return batch({ surprise, status: Array.from({ length }, () => 'scored') });
    },
    async save(files) {
      const sorted = [...used].map(([resource, users]) => [resource, [...users].sort()]).sort(([one], [other]) => (one < other ? -1 : 1));
      await files.write('users.json', new TextEncoder().encode(JSON.stringify(sorted)));
    },
  };
};

async function fit(data, run, settings) {
  const used = new Map();
  for await (const { length, columns } of data) {
    run.signal.throwIfAborted();
    const [users, resources] = [dictionary(columns.user), dictionary(columns.resource)];
    for (let i = 0; i < length; i++) used.set(resources.at(i), (used.get(resources.at(i)) ?? new Set()).add(users.at(i)));
  }
  return model(used, settings);
}

async function load(files, settings) {
  try {
    return model(new Map(Users.parse(JSON.parse(new TextDecoder().decode(await files.read('users.json')))).map(([resource, users]) => [resource, new Set(users)])), settings);
  } catch (cause) {
    throw new ByomlError('MODEL_INVALID', 'users.json does not hold the users of resources', { cause });
  }
}

export const rareAccess = defineAlgorithm({
  id: 'rare-access',
  summary: 'Access to what few people use.',
  settings: z.strictObject(«settings»),
  input,
  alertUnit: 'pair-day',
  population: 'all',
  create: (settings) => ({ fit: (data, run) => fit(data, run, settings), load: (files) => load(files, settings) }),
});

export const odd = defineRuleTemplate({
  id: 'odd',
  title: 'Odd access',
  summary: 'Alerts on what is odder than anything usual.',
  settings: z.strictObject({}),
  attack: ['T1039'],
  falsePositives: [],
  blindSpots: [],
  columns: { user: z.string(), resource: z.string(), surprise: z.number() },
  create: () => (rows) => Iterator.from(rows).filter(({ surprise }) => surprise > 2.4).map(({ user, resource, surprise }) => ({ severity: 'medium', title: 'Odd access', message: user + ' opened ' + resource, entities: { account: user }, score: surprise })),
  kql: () => 'Scores_CL',
});

export default definePlugin({ components: [rareAccess, odd], capabilities: «capabilities» });
`;

/** Code of a small algorithm over accesses, whose model is who used what, and of a rule. All versions read each other's models. */
export function rareAccess({ surprise, reads, settings = '{}', capabilities = '{}' }: RareAccess): string {
  const [input, counts] = reads ? ["count: z.number().min(0).default(1).describe('How often'),", 'numbers(columns.count)'] : ['', 'undefined'];
  return Object.entries({ surprise, settings, capabilities, input, counts }).reduce((code, [part, text]) => code.replace(`«${part}»`, () => text), template);
}
