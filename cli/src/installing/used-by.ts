import { ByomlError, isByomlError } from '@byoml/core';
import type { Detection } from '@byoml/core/detection-file';
import { parseAddress, satisfiesRange } from '@byoml/core/plugins';
import { openWorkspace, readDetection, type Workspace } from '@byoml/core/workspace';

/** An address in a detection file. */
export interface Place {
  readonly path: ReadonlyArray<string | number>;
  readonly address: string;
}

/** A detection that uses a plugin, and its addresses as the file has them. */
export interface Use {
  readonly detection: string;
  readonly addresses: readonly string[];
}

/** Where a detection names components of a plugin. */
export function placesIn({ source, view, enrich, algorithm, rules, sinks, engine }: Detection, plugin: string): readonly Place[] {
  const at = (address: string, ...path: ReadonlyArray<string | number>): Place => ({ path, address });
  const all = [
    at(source.use, 'source', 'use'),
    ...(view && 'use' in view ? [at(view.use, 'view', 'use')] : []),
    ...enrich.map((one, i) => at(one.source.use, 'enrich', i, 'source', 'use')),
    at(algorithm.use, 'algorithm', 'use'),
    ...rules.map(({ use }, i) => at(use, 'rules', i, 'use')),
    ...sinks.map(({ use }, i) => at(use, 'sinks', i, 'use')),
    at(engine, 'engine'),
  ];
  return all.filter(({ address }) => parseAddress(address).plugin === plugin);
}

/** The workspace in a folder; undefined where there are no detections. */
export async function workspaceIn(folder: string): Promise<Workspace | undefined> {
  try {
    return await openWorkspace(folder);
  } catch (thrown) {
    if (isByomlError(thrown) && thrown.code === 'WORKSPACE_MISSING') return undefined;
    throw thrown;
  }
}

/** The detections that use a plugin. Throws DETECTION_INVALID: what cannot be read may use it as well. */
export async function usedBy(workspace: Workspace | undefined, plugin: string): Promise<readonly Use[]> {
  const uses: Use[] = [];
  for (const name of workspace?.detections ?? []) {
    const places = placesIn((await readDetection(workspace as Workspace, name)).detection, plugin);
    if (places.length > 0) uses.push({ detection: name, addresses: places.map(({ address }) => address) });
  }
  return uses;
}

/** Whether a detection's file asks for the present version in a way that the new one does not satisfy. */
export const isPinned = ({ addresses }: Use, { from, to }: { readonly from: string; readonly to: string }): boolean => addresses.some((address) => {
  const { version: range } = parseAddress(address);
  return range !== undefined && satisfiesRange(from, range) && !satisfiesRange(to, range);
});

/** Throws DETECTION_UNKNOWN for a detection that is to stay but uses none of the plugins. */
export function refuseStrangers(stay: readonly string[], uses: readonly Use[]): void {
  const strange = stay.find((name) => !uses.some(({ detection }) => detection === name));
  if (strange !== undefined) throw new ByomlError('DETECTION_UNKNOWN', `--stay ${strange}: no detection of that name uses a plugin that is to be upgraded`, { details: { detection: strange, using: [...new Set(uses.map(({ detection }) => detection))] } });
}
