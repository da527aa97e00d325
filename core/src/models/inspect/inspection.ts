import type { KerasFacts } from './keras.ts';
import type { NpyFacts } from './npy.ts';
import type { OnnxFacts } from './onnx/model.ts';
import type { PickleFacts } from './pickle/facts.ts';
import type { SafetensorsFacts } from './safetensors.ts';
import type { TfjsFacts } from './tfjs.ts';
import type { ModelFinding, ModelVerdict } from './verdict.ts';
import type { ZipFacts } from './zip/facts.ts';

interface Inspected<Format extends string, Facts> {
  readonly format: Format;
  readonly verdict: ModelVerdict;
  /** Empty for most safe files; on a safe one they say what byoml cannot use. */
  readonly findings: readonly ModelFinding[];
  /** What the file says about itself, as far as it could be read: untrusted text. Null when nothing could. */
  readonly facts: Facts | null;
}

/** A wrapper that is not unpacked here, or only looked through. */
export type ContainerFormat = 'tar' | 'gzip' | 'zlib' | '7z' | 'xz' | 'bzip2' | 'zstd' | 'lz4' | 'rar';

/** What a model file is, read from its bytes alone. */
export type ModelInspection =
  | Inspected<'onnx', OnnxFacts>
  | Inspected<'safetensors', SafetensorsFacts>
  | Inspected<'pickle' | 'joblib', PickleFacts>
  | Inspected<'torch' | 'torchscript' | 'npz' | 'zip', ZipFacts>
  | Inspected<'keras', KerasFacts>
  | Inspected<'npy', NpyFacts>
  | Inspected<'tfjs', TfjsFacts>
  | Inspected<'hdf5' | ContainerFormat | 'unknown', never>;

export type ModelFormat = ModelInspection['format'];
