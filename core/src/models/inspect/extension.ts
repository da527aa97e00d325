import type { ModelFormat } from './inspection.ts';

/** What a name promises. Extensions that are not here promise nothing. */
const promised: Readonly<Record<string, readonly ModelFormat[]>> = {
  onnx: ['onnx'],
  safetensors: ['safetensors'],
  npy: ['npy'],
  npz: ['npz'],
  keras: ['keras'],
  h5: ['hdf5'],
  hdf5: ['hdf5'],
  pkl: ['pickle', 'joblib'],
  pickle: ['pickle', 'joblib'],
  joblib: ['joblib', 'pickle', 'zlib', 'gzip', 'bzip2', 'xz', 'lz4'],
  pt: ['torch', 'torchscript', 'pickle'],
  pth: ['torch', 'torchscript', 'pickle'],
  ckpt: ['torch', 'torchscript', 'pickle'],
  zip: ['zip', 'torch', 'torchscript', 'keras', 'npz'],
  tar: ['tar'],
  gz: ['gzip'],
  '7z': ['7z'],
};

/** The formats that a file's name allows; undefined where it allows any. */
export function promisedFormats(path: string): readonly ModelFormat[] | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(promised, extension) ? promised[extension] : undefined;
}
