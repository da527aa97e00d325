import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calibration } from '../detection/calibrate/calibration.ts';
import type { History } from '../detection/daily/history.ts';
import type { Learned } from '../detection/daily/learner.ts';
import { saveTrained } from '../detection/model-folder.ts';
import { dataDigest } from '../detection/table/digest.ts';
import { isoDay } from '../detection/table/days.ts';
import { byThemselves } from '../detection/table/by-themselves.ts';
import type { ModelManifestInput } from '../models/index.ts';
import type { Run } from '../contracts/run.ts';
import { ByomlError } from '../contracts/errors.ts';
import { openModel, type ChosenAlgorithm } from '../ad-hoc/algorithm.ts';
import type { Session } from '../ad-hoc/session.ts';
import type { OpenedModel } from '../detection/index.ts';
import type { ModelRecord } from '../state/index.ts';
import type { Plan } from './plan.ts';
import type { Workspace } from './workspace.ts';

type JsonSettings = ModelManifestInput['algorithm']['settings'];

const modelsFolder = ({ folder }: Workspace, detection: string): string => join(folder, '.byoml', 'models', detection);

/** Where the workspace keeps a model of its own. */
export const modelFolder = (workspace: Workspace, detection: string, version: number): string => join(modelsFolder(workspace, detection), String(version));

/** SHA-256 over the rows (0-based numbers) of a history: the same whatever rows were read with them. */
export const rowsDigest = ({ table }: History, numbers: Int32Array): string => dataDigest({ rows: numbers.length, columns: byThemselves(table.columns, numbers) });

export interface SavedModel {
  readonly plan: Plan;
  readonly chosen: ChosenAlgorithm;
  readonly version: number;
  readonly learned: Learned;
  readonly calibration: Calibration | null;
  readonly parentDigest: string | null;
  /** Of the rows it has learned; of an update: of its parent's and the days since. */
  readonly data: string;
}

/** What is known of a model beside its files; the same training gives the same. */
export function manifestOf({ plan, chosen, learned, calibration, parentDigest, data }: SavedModel, seed: number): ModelManifestInput {
  const { view } = plan;
  return {
    algorithm: { address: chosen.component.address, version: chosen.code.plugin, settings: chosen.settings as JsonSettings, ...(chosen.profile !== undefined && { profile: chosen.profile }) },
    ...(view?.address && { view: { address: view.address, settings: view.settings as JsonSettings } }),
    seed,
    window: { from: isoDay(learned.from), to: isoDay(learned.to) },
    rows: learned.rows,
    data: { digest: data },
    code: chosen.code,
    calibrated: calibration !== null,
    provisional: calibration?.provisional ?? false,
    ...(parentDigest !== null && { parentDigest }),
  };
}

/** Writes a model folder of the workspace; a folder that a stopped run left there is replaced. */
export async function saveModel(saved: SavedModel, run: Run): Promise<string> {
  const { plan, chosen, version, learned, calibration } = saved;
  const folder = modelFolder(plan.workspace, plan.detection.name, version);
  const { digest } = await saveTrained(folder, { model: learned.model, calibration, manifest: manifestOf(saved, run.seed) }, chosen.component, run);
  return digest;
}

/** Throws RECORD_UNKNOWN for one that was pruned, and the MODEL_* codes. */
export async function openStored(session: Session, workspace: Workspace, { detection, version, digest }: ModelRecord): Promise<OpenedModel> {
  const folder = modelFolder(workspace, detection, version);
  if (!existsSync(folder)) throw new ByomlError('MODEL_MISSING', `${detection}: the folder of model ${version} is gone: ${folder}`, { details: { detection, version } });
  const opened = await openModel(session, folder, digest);
  if (opened.digest === digest) return opened;
  throw new ByomlError('MODEL_CORRUPT', `${detection}: model ${version} in ${folder} is not the one that was recorded`, { details: { detection, version, expected: digest, found: opened.digest } });
}

/** Removes the folders of these versions. */
export async function removeModels(workspace: Workspace, detection: string, versions: readonly number[]): Promise<void> {
  for (const version of versions) await rm(modelFolder(workspace, detection, version), { recursive: true, force: true });
}

/** Versions that have a folder. */
export async function storedVersions(workspace: Workspace, detection: string): Promise<number[]> {
  const names = await readdir(modelsFolder(workspace, detection)).catch(() => []);
  return names.filter((name) => /^\d+$/u.test(name)).map(Number).sort((a, b) => a - b);
}
