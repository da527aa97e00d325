import type { ModelManifestInput } from '../models/index.ts';
import { saveTrained, train } from '../detection/index.ts';
import { settingsFromText } from '../plugins/index.ts';
import { chooseAlgorithm, type AlgorithmRequest } from './algorithm.ts';
import type { Session } from './session.ts';

export interface TrainingFiles extends AlgorithmRequest {
  readonly data: readonly string[];
  /** Folder of the model; a model that is there is replaced. */
  readonly model: string;
  readonly view?: { readonly address: string; readonly set: readonly string[] };
}

/** What `byoml train --json` prints. */
export interface TrainingReport {
  readonly model: string;
  readonly digest: string;
  readonly rows: number;
  readonly calibrated: boolean;
  /** Reading and fitting. */
  readonly seconds: number;
  readonly calibrationSeconds: number;
}

/** Files in, a calibrated model folder out. */
export async function trainOnFiles(session: Session, request: TrainingFiles): Promise<TrainingReport> {
  const { component, settings, profile, code } = await chooseAlgorithm(session, request);
  const view = request.view && (await session.view(request.view.address));
  const viewSettings = view ? settingsFromText(view.definition.settings, request.view?.set ?? [], view.address) : {};
  const relation = await session.relation(request.data, view && { definition: view.definition, settings: viewSettings });
  session.options.step('training');
  const trained = await train({
    ...component,
    settings: settings as ModelManifestInput['algorithm']['settings'],
    profile,
    relation,
    dataName: request.data.join(', '),
    ...(view && { view: { address: view.address, settings: viewSettings as ModelManifestInput['algorithm']['settings'] } }),
    seed: session.run.seed,
    run: session.run,
    code,
    log: session.options.log,
  });
  const { digest } = await saveTrained(request.model, trained, component, session.run);
  const { rows, calibrated, seconds, calibrationSeconds } = trained;
  return { model: request.model, digest, rows, calibrated, seconds, calibrationSeconds };
}
