import type { ComponentKind } from '../contracts/define.ts';
import { ByomlError } from '../contracts/errors.ts';
import { componentAddress } from './address.ts';

interface Identified {
  readonly kind: ComponentKind;
  readonly id: string;
}

/** Throws PLUGIN_DUPLICATE_COMPONENT when two components of one kind share an id; a source and a sink may, as `files/table` does. */
export function refuseDuplicates(plugin: string, components: readonly Identified[]): void {
  const seen = new Set<string>();
  for (const { kind, id } of components) {
    if (seen.has(`${kind} ${id}`)) throw new ByomlError('PLUGIN_DUPLICATE_COMPONENT', `${plugin}: two components of kind ${kind} have the address ${componentAddress(plugin, id)}`, { details: { plugin, component: id, kind } });
    seen.add(`${kind} ${id}`);
  }
}
