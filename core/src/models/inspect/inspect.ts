import { ByomlError } from '../../contracts/errors.ts';
import { containerOf } from './container.ts';
import { promisedFormats } from './extension.ts';
import type { ModelInspection } from './inspection.ts';
import { Malformed, attempt } from './malformed.ts';
import { inspectNpy, isNpy, npyBroken } from './npy.ts';
import { judgeOnnx, onnxBroken } from './onnx/inspect.ts';
import { beginsAsOnnx, readOnnx } from './onnx/model.ts';
import { convertHint, findingsOf, isJoblib, readPickles, readsAsPickle, verdictOf } from './pickle/inspect.ts';
import { walkPickle } from './pickle/walk.ts';
import { looksLikeSafetensors, readSafetensors, safetensorsBroken } from './safetensors.ts';
import { shown } from './shown.ts';
import { beginsAsTfjs, inspectTfjs, tfjsBroken, tfjsDocument } from './tfjs.ts';
import { Unpacking } from './unpacking.ts';
import type { ModelFinding } from './verdict.ts';
import { inspectWrapped, unwrapped } from './wrapped.ts';
import { endsAsZip } from './zip/directory.ts';
import { inspectZip } from './zip/inspect.ts';

const proto = 0x80;
const newestProtocol = 5;

/** What bytes are, or undefined where they are of another format. */
type Inspector = (bytes: Uint8Array, unpacking: Unpacking) => ModelInspection | undefined;

const beginsAsZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));
const openedZip = (bytes: Uint8Array, unpacking: Unpacking): ModelInspection => inspectZip(bytes, (content) => lookInside(content, unpacking), unpacking);

const zip: Inspector = (bytes, unpacking) => (beginsAsZip(bytes) ? openedZip(bytes, unpacking) : undefined);
const zipBehindOtherBytes: Inspector = (bytes, unpacking) => (endsAsZip(bytes) ? openedZip(bytes, unpacking) : undefined);

/** The length of a safetensors header may begin with the same two bytes. */
const beginsAsPickle = (bytes: Uint8Array): boolean => bytes[0] === proto && (bytes[1] ?? proto) <= newestProtocol && !looksLikeSafetensors(bytes);

const pickle: Inspector = (bytes) => {
  if (!beginsAsPickle(bytes) && !readsAsPickle(walkPickle(bytes), bytes.length)) return undefined;
  const facts = readPickles(bytes);
  return { format: isJoblib(facts) ? 'joblib' : 'pickle', verdict: verdictOf(facts), findings: findingsOf(facts), facts };
};

const npy: Inspector = (bytes) => {
  if (!isNpy(bytes)) return undefined;
  const read = attempt(() => inspectNpy(bytes));
  return read instanceof Malformed ? { format: 'npy', verdict: 'malformed', findings: [npyBroken(read)], facts: null } : { format: 'npy', ...read };
};

const hdf5: ModelInspection = {
  format: 'hdf5',
  verdict: 'runs-code',
  findings: [{ message: 'an HDF5 file can carry Python code (Keras keeps Lambda layers in it) and is not looked into', hint: convertHint }],
  facts: null,
};

const container: Inspector = (bytes, unpacking) => {
  const format = containerOf(bytes);
  if (format === undefined) return undefined;
  if (format === 'hdf5') return hdf5;
  const content = unwrapped(format, bytes, unpacking);
  // Any bytes may begin as zlib does: it is one only if it unpacks.
  if (format === 'zlib' && !content) return undefined;
  return inspectWrapped(format, content && lookInside(content, unpacking));
};

const safetensors: Inspector = (bytes) => {
  if (!looksLikeSafetensors(bytes)) return undefined;
  const read = attempt(() => readSafetensors(bytes));
  return read instanceof Malformed ? { format: 'safetensors', verdict: 'malformed', findings: [safetensorsBroken(read)], facts: null } : { format: 'safetensors', verdict: 'safe', findings: [], facts: read };
};

const tfjs: Inspector = (bytes) => {
  if (!beginsAsTfjs(bytes)) return undefined;
  const read = attempt(() => tfjsDocument(bytes));
  if (read instanceof Malformed) return { format: 'tfjs', verdict: 'malformed', findings: [tfjsBroken(read)], facts: null };
  return read && { format: 'tfjs', ...inspectTfjs(read) };
};

const onnx: Inspector = (bytes) => {
  const read = attempt(() => readOnnx(bytes));
  if (!(read instanceof Malformed)) return { format: 'onnx', ...judgeOnnx(read), facts: read };
  return beginsAsOnnx(bytes) ? { format: 'onnx', verdict: 'malformed', findings: [onnxBroken(read)], facts: null } : undefined;
};

/** A pickle is looked for before the formats without a magic of their own, so that none of those can hide one. */
const inspectors: readonly Inspector[] = [zip, npy, pickle, safetensors, container, tfjs, onnx, zipBehindOtherBytes];

const unknown: ModelInspection = { format: 'unknown', verdict: 'unknown', findings: [{ message: 'its bytes are of no known model format', hint: 'Export the model to ONNX or safetensors.' }], facts: null };
const tooDeep: ModelInspection = { format: 'unknown', verdict: 'malformed', findings: [{ message: 'archives are nested too deep to be looked into', hint: convertHint }], facts: null };

function look(bytes: Uint8Array, unpacking: Unpacking): ModelInspection {
  for (const inspect of inspectors) {
    const found = inspect(bytes, unpacking);
    if (found) return found;
  }
  return unknown;
}

function lookInside(bytes: Uint8Array, around: Unpacking): ModelInspection {
  const unpacking = around.inside();
  return unpacking ? look(bytes, unpacking) : tooDeep;
}

/** Findings that make a file that is safe by itself one that is refused. */
function lies(path: string, bytes: Uint8Array, { format }: ModelInspection): ModelFinding[] {
  const found: ModelFinding[] = [];
  const promised = promisedFormats(path);
  if (promised && !promised.includes(format)) found.push({ message: `its name says ${promised.join(' or ')}, its bytes say ${format}`, hint: 'Name it by what it is, or export it again.' });
  if (!beginsAsZip(bytes) && format !== 'zip' && endsAsZip(bytes)) found.push({ message: 'it ends as a zip archive: other programs would open that instead', hint: convertHint });
  return found;
}

/**
 * Says what a model file is and whether opening it can run code, from its bytes; `path` only serves to find a name that lies. Executes
 * nothing: it reads opcodes, fields and headers, and has no way to import, call or write. Never throws for bytes of any kind.
 */
export function inspectModel(path: string, bytes: Uint8Array): ModelInspection {
  const inspection = look(bytes, new Unpacking());
  const extra = lies(path, bytes, inspection);
  if (extra.length === 0) return inspection;
  return { ...inspection, verdict: inspection.verdict === 'safe' ? 'malformed' : inspection.verdict, findings: [...inspection.findings, ...extra] };
}

/** Throws MODEL_FORMAT_REFUSED, naming the call and the remedy, unless a file is safe; answers the inspection of one that is. */
export function refuseUnsafeModel(path: string, bytes: Uint8Array): ModelInspection & { readonly verdict: 'safe' } {
  const inspection = inspectModel(path, bytes);
  const { verdict, findings, format } = inspection;
  if (isSafe(inspection)) return inspection;
  const [first] = findings;
  throw new ByomlError('MODEL_FORMAT_REFUSED', `${shown(path)}: ${first?.message ?? verdict}. ${first?.hint ?? ''}`.trim(), { details: { path, format, verdict, findings } });
}

const isSafe = (inspection: ModelInspection): inspection is ModelInspection & { readonly verdict: 'safe' } => inspection.verdict === 'safe';
