import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { modelFolder, modelNamed } from '@byoml/core/workspace';
import { readState } from './detecting.ts';

/** A model folder with a name for people. */
export interface NamedFolder {
  readonly folder: string;
  readonly name: string;
}

/** The folder that a command names: a path, or DETECTION@VERSION for a model that a workspace keeps. Throws WORKSPACE_MISSING, RECORD_UNKNOWN. */
export async function namedFolder(model: string, workspace: string): Promise<NamedFolder> {
  if (existsSync(model) || !/^[^/\\]+@\d+$/u.test(model)) return { folder: model, name: basename(resolve(model)) };
  const opened = await readState(workspace);
  using state = opened.state;
  const { detection, version } = modelNamed(state, model);
  return { folder: modelFolder(opened.workspace, detection, version), name: `${detection}@${version}` };
}
