import type { Relation } from '../contracts/engine.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Logger } from '../contracts/services.ts';
import type { ModelManifestInput } from '../models/index.ts';
import { calibrate } from './calibrate/calibrate.ts';
import type { Calibration } from './calibrate/calibration.ts';
import type { TrainingData } from './calibrate/training-data.ts';
import type { AlgorithmComponent } from './component.ts';
import { fit } from './fit.ts';
import { accessesOf, scopesOf } from './table/accesses.ts';
import { dataDigest } from './table/digest.ts';
import { daysOf } from './table/days.ts';
import { readTable, tableBatches, type Table } from './table/table.ts';
import { dataWarnings, trainingWindow } from './training-facts.ts';

export interface TrainingRequest extends AlgorithmComponent {
  /** As parsed by the definition's schema; recorded in the manifest. */
  readonly settings: ModelManifestInput['algorithm']['settings'];
  readonly profile?: string | undefined;
  /** The raw rows; the algorithm's input columns are projected from them. */
  readonly relation: Relation;
  /** What messages call the data, e.g. its file names. */
  readonly dataName?: string;
  readonly view?: ModelManifestInput['view'];
  readonly seed: number;
  readonly run: Run;
  /** Versions of @byoml/core and of the plugin. */
  readonly code: { readonly core: string; readonly plugin: string };
  /** Receives the warnings as they arise. */
  readonly log?: Logger | undefined;
  /** Days between two fits in production, which the replay follows; 7 when absent. */
  readonly cadenceDays?: number;
}

export interface Trained {
  readonly model: TrainingData['model'];
  /** Null when there was nothing to calibrate on. */
  readonly calibration: Calibration | null;
  /** What `writeModelFolder` needs besides the files. */
  readonly manifest: ModelManifestInput;
  readonly rows: number;
  /** Reading and fitting, without calibration. */
  readonly seconds: number;
  readonly calibrationSeconds: number;
  readonly calibrated: boolean;
  readonly provisional: boolean;
  readonly warnings: readonly string[];
}

/** Fits a model on all rows and calibrates it. Throws what projecting, fitting and the guards throw, and DATA_EMPTY. */
export async function train(request: TrainingRequest): Promise<Trained> {
  const run = { ...request.run, seed: request.seed };
  const started = performance.now();
  const table = await readRows(request, run);
  const model = await fit(request, (inner) => tableBatches(table, inner), run);
  const fitted = performance.now();
  const scopes = scopesOf(table);
  const data: TrainingData = { component: request, model, table, scopes, accesses: accessesOf(table, scopes), days: daysOf(table) };
  const { calibration, warnings: doubts } = await calibrate(data, request.cadenceDays ?? 7, run);
  const warnings = [...dataWarnings(data, request.relation.columns), ...doubts];
  for (const warning of warnings) request.log?.warn(warning);
  return {
    model,
    calibration,
    manifest: manifestOf(request, data, calibration),
    rows: table.rows,
    seconds: (fitted - started) / 1000,
    calibrationSeconds: (performance.now() - fitted) / 1000,
    calibrated: calibration !== null,
    provisional: calibration?.provisional ?? false,
    warnings,
  };
}

async function readRows({ address, definition, relation, dataName }: TrainingRequest, run: Run): Promise<Table> {
  const projected = await relation.project(definition.input, run);
  const table = await readTable(projected.batches(run), run);
  if (table.rows === 0) throw new ByomlError('DATA_EMPTY', `${dataName === undefined ? address : `${address}: ${dataName}`}: no rows to learn from`, { details: { component: address } });
  return table;
}

function manifestOf({ address, settings, profile, view, seed, code }: TrainingRequest, { table, accesses, days }: TrainingData, calibration: Calibration | null): ModelManifestInput {
  return {
    algorithm: { address, version: code.plugin, settings, ...(profile !== undefined && { profile }) },
    ...(view && { view }),
    seed,
    window: days && trainingWindow(days),
    rows: table.rows,
    ...(accesses && { users: accesses.users.first.length, resources: accesses.resource.dictionary.length }),
    data: { digest: dataDigest(table) },
    code,
    calibrated: calibration !== null,
    provisional: calibration?.provisional ?? false,
  };
}
