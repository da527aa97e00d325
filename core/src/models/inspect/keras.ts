import { isPlainClass, isPlainModule } from './keras-layers.ts';
import { listed, shown } from './shown.ts';
import { isArray, isObject, strictJson, type Json, type JsonObject } from './strict-json.ts';
import type { Judgement } from './verdict.ts';

/** Classes, functions and modules that a Keras or TensorFlow.js config names. */
export interface KerasFacts {
  /** Class names, each once. */
  readonly classes: readonly string[];
  /** Those that are none of Keras's own plain ones, with their module. */
  readonly foreign: readonly string[];
}

export const configLimits = { depth: 100, values: 1_000_000 } as const;
const hint = 'Replace the layer by standard ones and export again, or export to ONNX: tf2onnx.convert.from_keras(model).';

const textAt = (object: JsonObject, key: string): string | undefined => (typeof object[key] === 'string' ? object[key] : undefined);

/** The name of what an object asks for that is not plain; undefined for plain ones. */
function foreignName(object: JsonObject): string | undefined {
  const [name, module, registered] = [textAt(object, 'class_name'), textAt(object, 'module'), textAt(object, 'registered_name')];
  if (name === undefined) return undefined;
  const full = module === undefined || module === '' ? name : `${module}.${name}`;
  if (!isPlainClass(name) || (module !== undefined && !isPlainModule(module))) return full;
  return registered?.includes('>') ? registered : undefined;
}

/** Looks at every object of a config, however deep. */
export function readConfig(config: Json): KerasFacts {
  const classes = new Set<string>();
  const foreign = new Set<string>();
  const open: Json[] = [config];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (isObject(value)) {
      const name = textAt(value, 'class_name');
      if (name !== undefined) classes.add(name);
      const strange = foreignName(value);
      if (strange !== undefined) foreign.add(strange);
      for (const inner of Object.values(value)) open.push(inner);
    } else if (isArray(value)) for (const inner of value) open.push(inner);
  }
  return { classes: [...classes], foreign: [...foreign] };
}

export function judgeConfig({ foreign }: KerasFacts, what: string): Judgement {
  if (foreign.length === 0) return { verdict: 'safe', findings: [] };
  const lambda = foreign.find((name) => /(?:^|[.>])Lambda$/.test(name));
  const why = lambda === undefined ? 'which is none of the standard layers: loading it runs code that its name finds' : 'which holds Python code: loading it runs that';
  return { verdict: 'runs-code', findings: [{ message: `${what} names ${lambda === undefined ? listed(foreign) : shown(lambda)}, ${why}`, hint }] };
}

/** Reads the config.json of a .keras file. Throws Malformed. */
export const readKerasConfig = (bytes: Uint8Array): KerasFacts => readConfig(strictJson(bytes, configLimits));
