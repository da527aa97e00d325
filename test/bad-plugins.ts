import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PluginDefinition } from '@byoml/core';
import { describePlugin } from '@byoml/core/plugins';
import { newPlace, run, scoreWith, type BadInput, type Call, type Place } from './bad-input.ts';

const core = join(import.meta.dirname, '..', 'core');

interface Parts {
  readonly settings?: string;
  readonly needs?: string;
  readonly create?: string;
  readonly fit?: string;
  readonly score?: string;
  readonly capabilities?: string;
  /** Components beside the algorithm. */
  readonly others?: string;
}

/** A plugin with one algorithm that is sound but for the parts given. */
const source = ({ needs = '{}', create = '', fit = 'return model();', score = 'return answer(rows.length);', capabilities = '{ wallMs: 20000 }', others = '' }: Parts): string => `
import { accessColumns, defineAlgorithm, definePlugin, token } from '@byoml/core';
import { z } from 'zod';
const answer = (length, surprise = 1, status = 'scored') => ({ length, columns: { surprise: new Float64Array(length).fill(surprise), status: Array.from({ length }, () => status) } });
const model = () => ({
  async score(rows, run) { ${score} },
  async save(to) { await to.write('state.json', new TextEncoder().encode('{}')); },
});
const broken = defineAlgorithm({
  id: 'broken', summary: 'Broken on purpose', settings: z.strictObject({}), input: accessColumns, alertUnit: 'pair-day', population: 'all', needs: ${needs},
  create() {
    ${create}
    return { async fit(data, run) { for await (const part of data) run.signal.throwIfAborted(); ${fit} }, async load() { return model(); } };
  },
});
export default definePlugin({ components: [broken${others}], capabilities: ${capabilities} });
`;

const packageJson = { name: '@bad/plugin', version: '1.0.0', type: 'module', exports: { '.': './index.js', './byoml.plugin.json': './byoml.plugin.json', './package.json': './package.json' }, keywords: ['byoml-plugin'], peerDependencies: { '@byoml/core': '^0.1.0' } };

/** `made` from the code, `none`, any other text as it is, or the made one changed. */
type Manifest = string | ((made: object) => object);

/** Writes the plugin and the manifest that its code earns. */
async function plugin({ at }: Place, code: string, manifest: Manifest = 'made', over: object = {}): Promise<string> {
  const dir = at('plugin');
  mkdirSync(join(dir, 'node_modules', '@byoml'), { recursive: true });
  symlinkSync(core, join(dir, 'node_modules', '@byoml', 'core'));
  symlinkSync(join(core, '..', 'node_modules', 'zod'), join(dir, 'node_modules', 'zod'));
  const described = { ...packageJson, ...over };
  writeFileSync(join(dir, 'package.json'), JSON.stringify(described));
  writeFileSync(join(dir, 'index.js'), code);
  if (manifest === 'none') return dir;
  writeFileSync(join(dir, 'byoml.plugin.json'), await manifestText(dir, described, manifest));
  return dir;
}

async function manifestText(dir: string, described: typeof packageJson, manifest: Manifest): Promise<string> {
  if (typeof manifest === 'string' && manifest !== 'made') return manifest;
  const entry = (await import(pathToFileURL(join(dir, 'index.js')).href)) as { default: PluginDefinition };
  const made = describePlugin(entry.default, described);
  return JSON.stringify(typeof manifest === 'function' ? manifest(made) : made);
}

const address = '@bad/plugin/broken';
const trainWith = ({ accesses, at }: Place, dir: string): string[] => ['train', '--algorithm', address, '--plugin', dir, '--data', accesses, '--model', at('new-model')];

const training = (parts: Parts, more: Partial<Call> = {}) => async (place: Place): Promise<Call> => ({ args: trainWith(place, await plugin(place, source(parts))), ...more });
const sound = source({});

let learned: Promise<string> | undefined;
/** A model of the sound plugin, trained once, for the cases to copy. */
const soundModel = (): Promise<string> => (learned ??= (async () => {
  const place = newPlace();
  const { exit, stdout } = await run({ args: trainWith(place, await plugin(place, sound)) }, place);
  if (exit !== 0) throw new Error(`no sound model: ${stdout}`);
  return place.at('new-model');
})());

/** A model that was trained while the plugin was sound, asked for scores after its code changed for the worse. */
const scoring = (parts: Parts) => async (place: Place): Promise<string[]> => {
  cpSync(await soundModel(), place.at('new-model'), { recursive: true });
  const dir = await plugin(place, sound);
  writeFileSync(join(dir, 'index.js'), source(parts));
  return [...scoreWith(place, place.at('new-model')), '--plugin', dir];
};
const entry = { exit: 4 } as const;

/** Plugins that are badly made, badly packed or badly behaved. */
export const badPlugins: readonly BadInput[] = [
  { name: 'a plugin that is not installed', code: 'PLUGIN_NOT_FOUND', ...entry, says: /crystal-ball/, call: ({ accesses, at }) => ['train', '--algorithm', 'crystal-ball/gaze', '--data', accesses, '--model', at('new-model')] },
  { name: 'a plugin folder that is not there', code: 'PLUGIN_NOT_FOUND', ...entry, says: /nowhere/, call: (place) => trainWith(place, place.at('nowhere')) },
  { name: 'an algorithm the plugin does not have', code: 'COMPONENT_NOT_FOUND', ...entry, says: /gaze/, call: ({ accesses, at }) => ['train', '--algorithm', 'anomalous-resource-access/gaze', '--data', accesses, '--model', at('new-model')] },
  { name: 'a view the plugin does not have', code: 'COMPONENT_NOT_FOUND', ...entry, says: /gaze/, call: ({ accesses, at }) => ['train', '--algorithm', 'anomalous-resource-access/resource-cosine', '--view', 'anomalous-resource-access/gaze', '--data', accesses, '--model', at('new-model')] },
  { name: 'a plugin without a manifest', code: 'PLUGIN_MANIFEST_MISSING', ...entry, says: /byoml\.plugin\.json/, call: async (place) => trainWith(place, await plugin(place, sound, 'none')) },
  { name: 'a manifest that is no JSON', code: 'PLUGIN_MANIFEST_INVALID', ...entry, says: /byoml\.plugin\.json/, call: async (place) => trainWith(place, await plugin(place, sound, '{"contract":')) },
  { name: 'a manifest that breaks its schema', code: 'PLUGIN_MANIFEST_INVALID', ...entry, says: /components/, call: async (place) => trainWith(place, await plugin(place, sound, (made) => ({ ...made, components: 'all of them' }))) },
  { name: 'a manifest that says other than the code', code: 'PLUGIN_MANIFEST_STALE', ...entry, says: /@bad\/plugin/, call: async (place) => trainWith(place, await plugin(place, sound, (made) => JSON.parse(JSON.stringify(made).replaceAll('Broken on purpose', 'Sound')) as object)) },
  { name: 'a plugin for another core', code: 'PLUGIN_INCOMPATIBLE', ...entry, says: /\^9\.0\.0/, call: async (place) => trainWith(place, await plugin(place, sound, 'made', { peerDependencies: { '@byoml/core': '^9.0.0' } })) },
  { name: 'a plugin that throws while it is imported', code: 'PLUGIN_IMPORT_FAILED', ...entry, says: /not today/, call: async (place) => {
    const dir = await plugin(place, sound);
    writeFileSync(join(dir, 'index.js'), "throw new Error('not today');");
    return trainWith(place, dir);
  } },
  { name: 'a plugin whose code does not parse', code: 'PLUGIN_IMPORT_FAILED', ...entry, says: /@bad\/plugin/, call: async (place) => {
    const dir = await plugin(place, sound);
    writeFileSync(join(dir, 'index.js'), 'export default definePlugin({');
    return trainWith(place, dir);
  } },
  { name: 'a default export that is no plugin', code: 'PLUGIN_NOT_A_PLUGIN', ...entry, says: /definePlugin|default/, call: async (place) => {
    const dir = await plugin(place, sound);
    writeFileSync(join(dir, 'index.js'), 'export default { components: [] };');
    return trainWith(place, dir);
  } },
  { name: 'two components of one id', code: 'PLUGIN_DUPLICATE_COMPONENT', ...entry, says: /broken/, call: async (place) => {
    const dir = await plugin(place, sound, (made) => {
      const { components, ...rest } = made as { components: object[] };
      return { ...rest, components: [...components, ...components] };
    });
    writeFileSync(join(dir, 'index.js'), source({ others: ', broken' }));
    return trainWith(place, dir);
  } },
  { name: 'a service that the host does not have', code: 'SERVICE_MISSING', ...entry, says: /moon/, call: training({ needs: "{ moon: token('moon') }" }) },
  { name: 'an algorithm that throws when created', code: 'COMPONENT_FAILED', ...entry, says: /no mood/, call: training({ create: "throw new Error('no mood');" }) },
  { name: 'an algorithm that throws in fit', code: 'COMPONENT_FAILED', ...entry, says: /too hard/, call: training({ fit: "throw new Error('too hard');" }) },
  { name: 'an algorithm that throws something that is no error', code: 'COMPONENT_FAILED', ...entry, says: /oops/, call: training({ fit: "throw 'oops';" }) },
  { name: 'an algorithm whose fit answers nothing', code: 'COMPONENT_FAILED', ...entry, says: /fit/, call: training({ fit: 'return undefined;' }) },
  { name: 'an algorithm that throws in score', code: 'COMPONENT_FAILED', ...entry, says: /no score/, call: scoring({ score: "throw new Error('no score');" }) },
  { name: 'an algorithm that never ends', code: 'COMPONENT_TIMED_OUT', ...entry, says: /300 ms/, call: training({ fit: 'await new Promise(() => setInterval(() => {}, 1000));', capabilities: '{ wallMs: 300 }' }) },
  { name: 'an algorithm that never ends, until Ctrl-C', code: 'CANCELLED', exit: 130, says: /nothing was written/, call: training({ fit: "run.progress({ done: 1, unit: 'rows' }); await new Promise(() => setInterval(() => {}, 1000));", capabilities: '{}' }, { interruptAfter: 500 }) },
  { name: 'scores for fewer rows', code: 'ROWS_MISALIGNED', ...entry, says: /rows/, call: scoring({ score: 'return answer(rows.length - 1);' }) },
  { name: 'a column shorter than the others', code: 'ROWS_MISALIGNED', ...entry, says: /status/, call: scoring({ score: 'const all = answer(rows.length); all.columns.status.pop(); return all;' }) },
  { name: 'NaN as a surprise', code: 'SCORES_INVALID', ...entry, says: /surprise.*NaN/s, call: scoring({ score: 'return answer(rows.length, NaN);' }) },
  { name: 'an infinite surprise', code: 'SCORES_INVALID', ...entry, says: /surprise.*Infinity/s, call: scoring({ score: 'return answer(rows.length, Infinity);' }) },
  { name: 'a status that does not exist', code: 'SCORES_INVALID', ...entry, says: /status.*fishy/s, call: scoring({ score: "return answer(rows.length, 1, 'fishy');" }) },
  { name: 'no columns at all', code: 'SCORES_INVALID', ...entry, says: /no column/, call: scoring({ score: 'return { length: rows.length, columns: {} };' }) },
  { name: 'an algorithm that cannot learn', code: 'TRAINING_UNSUPPORTED', exit: 5, says: /broken/, call: async (place) => trainWith(place, await plugin(place, sound.replace('async fit(', 'async notFit('))) },
];
