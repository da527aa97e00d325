import type { ArchiveEntry } from '../../package/archive.ts';
import type { AdmissionCheck, Finding } from '../check.ts';
import { beginningOf } from '../code/magic.ts';
import { finding } from '../finding.ts';

/** What an inspector says of one file; it opens the bytes without running them. */
export interface InspectedModel {
  readonly format: string;
  readonly verdict: 'safe' | 'runs-code' | 'malformed' | 'unknown';
  readonly findings: readonly { readonly message: string; readonly hint: string }[];
}
export type InspectModel = (path: string, bytes: Uint8Array) => InspectedModel;

const archive = 'an archive inside the package';

/** Formats that run code, or can hide a file that does; refused whatever an inspector makes of them. */
const denied: ReadonlyMap<string, string> = new Map([
  ...['pkl', 'pickle', 'p', 'joblib', 'dill', 'cloudpickle', 'pt', 'pth', 'ckpt', 'mar', 'skops'].map((name) => [name, 'a format that runs code when it is opened'] as const),
  ...['h5', 'hdf5', 'keras', 'pb', 'rds', 'rda', 'mlmodel', 'gguf', 'llamafile', 'pmml', 'model'].map((name) => [name, 'a model format that the marketplace does not accept'] as const),
  ...['zip', '7z', 'tar', 'tgz', 'gz', 'bz2', 'xz', 'zst', 'lz4', 'rar', 'npz', 'whl', 'egg', 'asar'].map((name) => [name, archive] as const),
]);
const inspected = /\.(?:onnx|safetensors|npy|bin|dat|data|weights|params)$/i;
/** First bytes in hexadecimal: pickles of protocol 2 to 5, zip, 7z, gzip, HDF5, RAR, xz, zstd, bzip2. */
const byContent: readonly (readonly [RegExp, string])[] = [
  [/^800[2-5]/, 'a pickle, which runs code when it is opened'], [/^894844460d0a/, 'a model format that the marketplace does not accept'],
  [/^(?:504b0304|504b0506|377abcaf271c|1f8b08|526172211a|fd377a585a|28b52ffd|425a683[1-9]314159)/, archive],
];
const tarMagic = { end: 262, text: Buffer.from('ustar').toString('hex') };
const convert = 'Convert models to ONNX or safetensors, and put other files into the package as they are.';

/** Attacks 18 and 19. The inspector is given, because it belongs to core; without a safe verdict of its own a model file is refused. */
export const modelFormats = (inspect: InspectModel): AdmissionCheck => ({
  id: 'model-formats',
  summary: 'Models have a format that cannot run code, and are what their format allows.',
  enforced: true,
  required: true,
  async run(submission, signal) {
    const found: Finding[] = [];
    for (const entry of submission.archive.entries) {
      signal.throwIfAborted();
      found.push(...look(entry, inspect));
    }
    return found;
  },
});

function look(entry: ArchiveEntry, inspect: InspectModel): readonly Finding[] {
  const { path, bytes } = entry;
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  // The length of a safetensors header can begin as a pickle does: only the inspector tells them apart.
  const looked = inspected.test(path);
  const fault = denied.get(extension) ?? (looked ? undefined : contentFault(bytes));
  if (fault !== undefined) return [finding(`it is ${fault}`, convert, path)];
  if (!looked) return [];
  const { verdict, format, findings } = inspect(path, bytes);
  if (verdict === 'safe') return [];
  const told = findings.map(({ message, hint }) => finding(message, hint, path));
  return told.length > 0 ? told : [finding(verdict === 'unknown' ? 'it is no model that can be looked into' : `as ${format} it is ${verdict}`, convert, path)];
}

function contentFault(bytes: Uint8Array): string | undefined {
  const head = beginningOf(bytes, tarMagic.end);
  return head.endsWith(tarMagic.text) && bytes.length >= tarMagic.end ? archive : byContent.find(([pattern]) => pattern.test(head))?.[1];
}
