import { resolve } from 'node:path';
import { withManifest } from './find.ts';
import { readInstalled } from './installed.ts';
import { loadPlugin, type Phase } from './load.ts';

export interface VerifiedPhase {
  readonly phase: Phase;
  readonly detail: string;
}

/** Loads the plugin in `folder` as a run would. A failure is the run's own error; its `details.phase` says where. */
export async function verifyPlugin(folder: string): Promise<{ readonly plugin: string; readonly phases: readonly VerifiedPhase[] }> {
  const found = withManifest(readInstalled(resolve(folder)));
  const phases: VerifiedPhase[] = [];
  await loadPlugin(found, (phase, detail) => phases.push({ phase, detail }));
  return { plugin: found.name, phases };
}
