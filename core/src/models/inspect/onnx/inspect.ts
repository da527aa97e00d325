import type { Malformed } from '../malformed.ts';
import { listed, shown } from '../shown.ts';
import { worst, type Judgement, type ModelFinding } from '../verdict.ts';
import type { OnnxFacts } from './model.ts';
import type { OnnxExternalData } from './tensor.ts';
import type { OnnxValue } from './value-info.ts';

/**
 * Domains every runtime brings along. `ai.onnx.preview.training` is not one: its operators change a model, which scoring never does, and
 * runtimes built for inference lack them. Neither is `com.microsoft`: only some builds of one runtime have it.
 */
const standard = new Set(['', 'ai.onnx.ml']);
const exportHint = 'Export the model again with standard operators only (skl2onnx: target_opset={"": 18, "ai.onnx.ml": 3}).';
const embedHint = 'Save the model as one file: onnx.save_model(model, path, save_as_external_data=False).';
const zipmapHint = 'Export with options={id(model): {"zipmap": False}}, so that the probabilities are a tensor.';

function foreignOperators({ operators, functions }: OnnxFacts): ModelFinding[] {
  const local = new Set(functions.map(({ domain, name }) => `${domain}\n${name}`));
  return operators
    .filter(({ domain, type }) => !standard.has(domain) && !local.has(`${domain}\n${type}`))
    .map(({ domain, type, offset }) => ({ message: `operator ${shown(domain)}.${shown(type)} is of no standard domain: it would need foreign native code`, hint: exportHint, offset }));
}

/** Why a location may not be followed; undefined for a plain file beside the model. */
function escapeOf(location: string): string | undefined {
  if (location === '') return 'it names no file';
  if (location.includes('\0')) return 'it holds a NUL';
  if (/^[\\/]/.test(location)) return 'it is absolute';
  if (/^[a-z][a-z\d+.-]*:/i.test(location)) return 'it names a drive or an address';
  return location.split(/[\\/]/).includes('..') ? 'it leaves the folder' : undefined;
}

function externalData(external: readonly OnnxExternalData[]): ModelFinding[] {
  const [first] = external;
  if (!first) return [];
  const escaping = external.find(({ location }) => escapeOf(location) !== undefined);
  const { tensor, location, offset, length } = escaping ?? first;
  const why = escaping ? `; ${escapeOf(location)}` : '';
  const range = [offset && `from byte ${shown(offset)}`, length && `${shown(length)} bytes`].filter(Boolean).join(', ');
  const others = external.length > 1 ? `; so do ${external.length - 1} more` : '';
  return [{ message: `tensor "${shown(tensor)}" takes its data from another file, "${shown(location)}"${range && ` (${range})`}${why}${others}`, hint: embedHint }];
}

/** Safe to load, but no runtime in JavaScript reads such an output. */
function unreadable(outputs: readonly OnnxValue[]): ModelFinding[] {
  const found = outputs.filter(({ kind }) => kind === 'sequence' || kind === 'map');
  return found.length === 0 ? [] : [{ message: `output ${listed(found.map(({ name }) => name))} is a ${found[0]?.kind} (ZipMap), which cannot be read`, hint: zipmapHint }];
}

/** What is wrong with a model that could be read. */
export function judgeOnnx(facts: OnnxFacts): Judgement {
  const foreign = foreignOperators(facts);
  const external = externalData(facts.external);
  const verdict = worst([foreign.length > 0 ? 'runs-code' : 'safe', external.length > 0 ? 'malformed' : 'safe']);
  return { verdict, findings: [...foreign, ...external, ...unreadable(facts.outputs)] };
}

export const onnxBroken = ({ message, offset }: Malformed): ModelFinding => ({ message: `ONNX: ${message}`, hint: 'Export the model again; check that the file was copied whole.', offset });
