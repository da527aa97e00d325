import type { Model } from '../contracts/algorithm.ts';
import type { Run } from '../contracts/run.ts';
import { openModelFolder, prefixed, writeModelFolder, type ModelManifest, type OpenedFolder } from '../models/index.ts';
import type { Calibration } from './calibrate/calibration.ts';
import { loadCalibration, saveCalibration } from './calibrate/files.ts';
import type { AlgorithmComponent } from './component.ts';
import { asModel } from './fit.ts';
import { guarded } from './guard.ts';
import type { Trained } from './train.ts';

/** Where the algorithm's own files are in a model folder. */
const modelFolder = 'model';

/** Writes the model folder in one step: the algorithm's files under `model/`, one calibration window per scope beside them. */
export const saveTrained = (
  dir: string,
  { model, calibration, manifest }: Pick<Trained, 'model' | 'calibration' | 'manifest'>,
  { address, capabilities }: Pick<AlgorithmComponent, 'address' | 'capabilities'>,
  run: Run,
): Promise<{ digest: string; manifest: ModelManifest }> =>
  writeModelFolder(dir, manifest, async (files) => {
    await guarded(address, capabilities, (inner) => model.save(prefixed(files, modelFolder), inner), run);
    if (calibration) await saveCalibration(calibration, files);
  });

/** A model that was loaded with its algorithm. */
export interface OpenedModel {
  readonly component: AlgorithmComponent;
  readonly model: Model;
  /** Null: no p-values. */
  readonly calibration: Calibration | null;
  readonly manifest: ModelManifest;
  readonly digest: string;
}

/**
 * Opens a model folder; `resolve` makes the algorithm that the manifest names. `admit` is called before anything of the folder is used and throws what
 * forbids it. Throws the MODEL_* codes, TRUST_REFUSED, and what the guards throw.
 */
export async function openTrained(dir: string, resolve: (manifest: ModelManifest) => Promise<AlgorithmComponent>, run: Run, admit?: (folder: OpenedFolder) => Promise<void>): Promise<OpenedModel> {
  const folder = await openModelFolder(dir, { signal: run.signal, progress: () => {} });
  await admit?.(folder);
  const { manifest, digest, files } = folder;
  const component = await resolve(manifest);
  const { address, algorithm, capabilities } = component;
  const model = asModel(address, 'load', await guarded(address, capabilities, (inner) => algorithm.load(prefixed(files, modelFolder), inner), run));
  return { component, model, calibration: manifest.calibrated ? await loadCalibration(files) : null, manifest, digest };
}
