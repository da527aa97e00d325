import type { Malformed } from './malformed.ts';
import { configLimits, judgeConfig, readConfig, type KerasFacts } from './keras.ts';
import { shown } from './shown.ts';
import { isArray, isObject, strictJson, type Json, type JsonObject } from './strict-json.ts';
import type { Judgement, ModelFinding } from './verdict.ts';

const widths: ReadonlyMap<Json | undefined, number> = new Map<Json | undefined, number>([['float32', 4], ['int32', 4], ['bool', 1], ['uint8', 1], ['uint16', 2], ['complex64', 8], ['float16', 2]]);
const beside = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const hint = 'Save the model again with TensorFlow.js (tf.io, model.save): its weights lie beside model.json.';

export interface TfjsFacts extends KerasFacts {
  /** `layers-model` or `graph-model`; empty where the file does not say. */
  readonly kind: string;
  /** Weight files, relative to the folder of model.json. */
  readonly weightFiles: readonly string[];
  readonly weights: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  /** Bytes that the weight files have together; NaN where a weight is quantized or text. */
  readonly weightBytes: number;
}

/** Whether bytes begin as a JSON object that names a topology; JSON of other kinds is no model. */
export const beginsAsTfjs = (bytes: Uint8Array): boolean => [0x7b, 0x20, 0x0a, 0x0d, 0x09].includes(bytes[0] ?? 0) && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('"modelTopology"');

export const tfjsBroken = ({ message, offset }: Malformed): ModelFinding => ({ message: `model.json: ${message}`, hint, offset });

/** The JSON object of a model.json, or undefined for JSON that is none. Throws Malformed. */
export function tfjsDocument(bytes: Uint8Array): JsonObject | undefined {
  const document = strictJson(bytes, configLimits);
  return isObject(document) && 'modelTopology' in document ? document : undefined;
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] => (isArray(value) ? value.filter(isObject) : []);
const textsIn = (value: Json | undefined): readonly string[] => (isArray(value) ? value.map((item) => (typeof item === 'string' ? item : '')) : ['']);
const isSize = (value: Json): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

type Weight = TfjsFacts['weights'][number];

function weightOf({ name, dtype, shape }: JsonObject): Weight | undefined {
  if (typeof name !== 'string' || typeof dtype !== 'string' || !isArray(shape) || !shape.every(isSize)) return undefined;
  return { name, dtype, shape: shape as readonly number[] };
}

const bytesOf = ({ dtype, shape }: Weight): number => shape.reduce((product, size) => product * size, widths.get(dtype) ?? Number.NaN);

function manifestFindings(groups: readonly JsonObject[], files: readonly string[]): ModelFinding[] {
  const found: ModelFinding[] = [];
  const outside = files.find((file) => !beside.test(file));
  if (outside !== undefined) found.push({ message: `weightsManifest names "${shown(outside)}", which is no file in the folder of model.json`, hint });
  const strange = groups.flatMap((group) => objectsIn(group['weights'])).find((weight) => weightOf(weight) === undefined);
  if (strange) found.push({ message: `weightsManifest has a weight without a name, a type and a shape of whole numbers`, hint });
  return found;
}

/** Reads a model.json: the classes it names and where its weights lie. */
export function inspectTfjs(document: JsonObject): Judgement & { readonly facts: TfjsFacts } {
  const groups = objectsIn(document['weightsManifest']);
  const weightFiles = groups.flatMap((group) => textsIn(group['paths']));
  const weights = groups.flatMap((group) => objectsIn(group['weights'])).map(weightOf).filter((weight) => weight !== undefined);
  const kind = typeof document['format'] === 'string' ? document['format'] : '';
  const config = readConfig(document['modelTopology'] ?? null);
  const facts: TfjsFacts = { ...config, kind, weightFiles, weights, weightBytes: weights.reduce((sum, weight) => sum + bytesOf(weight), 0) };
  const { verdict, findings } = judgeConfig(config, 'model.json');
  const manifest = manifestFindings(groups, weightFiles);
  return { verdict: verdict === 'safe' && manifest.length > 0 ? 'malformed' : verdict, findings: [...findings, ...manifest], facts };
}
