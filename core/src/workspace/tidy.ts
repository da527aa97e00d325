import type { State } from '../state/index.ts';
import { removeModels, storedVersions } from './model-store.ts';
import type { Plan } from './plan.ts';
import { everyDays, trainDays } from './step.ts';

/** Days for which rollbacks and differences still find their model; longer where late data is looked for longer. */
const keptDays = 40;
/** Trainings that stay for comparison and rollback. */
const keptTrainings = 10;

/** Removes model folders that a stopped run left behind. */
export async function removeOrphans({ workspace, detection: { name } }: Plan, state: State): Promise<void> {
  const known = new Set(state.models(name).filter(({ pruned }) => !pruned).map(({ version }) => version));
  await removeModels(workspace, name, (await storedVersions(workspace, name)).filter((version) => !known.has(version)));
}

/** Removes the folders of models that nothing can need any more. */
export async function pruneModels(plan: Plan, state: State): Promise<void> {
  const { workspace, detection: { name } } = plan;
  const models = state.models(name);
  const newest = models.reduce((last, { days }) => Math.max(last, days.to), 0);
  const needed = newest - Math.max(keptDays, trainDays(plan) + everyDays(plan));
  const trainings = new Set(models.filter(({ made }) => made === 'train').slice(0, keptTrainings).map(({ version }) => version));
  const old = models.filter(({ version, role, days, pruned }) => !pruned && role === 'former' && days.to < needed && !trainings.has(version)).map(({ version }) => version);
  if (old.length === 0) return;
  state.prune(name, old);
  await removeModels(workspace, name, old);
}
