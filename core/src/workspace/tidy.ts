import type { State } from '../state/index.ts';
import { removeModels, storedVersions } from './model-store.ts';
import type { Workspace } from './workspace.ts';

/** Days for which a reopened window still finds its model. */
const keptDays = 40;
/** Trainings that stay for comparison and rollback. */
const keptTrainings = 10;

/** Removes model folders that a stopped run left behind, and those that nothing can need any more. */
export async function tidyModels(workspace: Workspace, state: State, detection: string): Promise<void> {
  const models = state.models(detection);
  const known = new Set(models.filter(({ pruned }) => !pruned).map(({ version }) => version));
  const orphans = (await storedVersions(workspace, detection)).filter((version) => !known.has(version));
  await removeModels(workspace, detection, orphans);
  const newest = Math.max(...models.map(({ days }) => days.to));
  const trainings = new Set(models.filter(({ made }) => made === 'train').slice(0, keptTrainings).map(({ version }) => version));
  const old = models.filter(({ version, role, days, pruned }) => !pruned && role === 'former' && days.to < newest - keptDays && !trainings.has(version)).map(({ version }) => version);
  if (old.length === 0) return;
  state.prune(detection, old);
  await removeModels(workspace, detection, old);
}
