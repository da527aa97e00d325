import type { Model } from '../contracts/algorithm.ts';
import type { Batches } from '../contracts/columns.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { AlgorithmComponent } from './component.ts';
import { guarded } from './guard.ts';

/** Fits under guard. Throws TRAINING_UNSUPPORTED where the algorithm cannot, COMPONENT_FAILED where it returns no model. */
export async function fit({ address, algorithm, capabilities }: AlgorithmComponent, data: (run: Run) => Batches, run: Run): Promise<Model> {
  if (!algorithm.fit) throw new ByomlError('TRAINING_UNSUPPORTED', `${address} only runs models trained elsewhere`, { details: { component: address } });
  return asModel(address, 'fit', await guarded(address, capabilities, (inner) => algorithm.fit?.(data(inner), inner), run));
}

/** A new model of `data` alone, with what `like` chose for itself. Throws as `fit`. */
export async function refit(component: AlgorithmComponent, like: Model, data: (run: Run) => Batches, run: Run): Promise<Model> {
  if (!like.refit) return await fit(component, data, run);
  const { address, capabilities } = component;
  return asModel(address, 'refit', await guarded(address, capabilities, (inner) => like.refit?.(data(inner), inner), run));
}

/** A new model that has also learned `data`. The model must have `update`. */
export async function update({ address, capabilities }: AlgorithmComponent, model: Model, data: (run: Run) => Batches, run: Run): Promise<Model> {
  return asModel(address, 'update', await guarded(address, capabilities, (inner) => model.update?.(data(inner), inner), run));
}

/** What a component returned, if it is a model. */
export function asModel(address: string, from: string, returned: unknown): Model {
  const { score, save } = (returned ?? {}) as Partial<Model>;
  if (typeof score === 'function' && typeof save === 'function') return returned as Model;
  throw new ByomlError('COMPONENT_FAILED', `${address}: ${from} returned no model with score and save`, { details: { component: address } });
}
