import { ByomlError } from '../contracts/errors.ts';
import { componentAddress } from './address.ts';

/** Throws PLUGIN_DUPLICATE_COMPONENT when two components of one plugin share an id, whatever their kinds. */
export function refuseDuplicates(plugin: string, components: ReadonlyArray<{ readonly id: string }>): void {
  const seen = new Set<string>();
  for (const { id } of components) {
    if (seen.has(id)) throw new ByomlError('PLUGIN_DUPLICATE_COMPONENT', `${plugin}: two components have the address ${componentAddress(plugin, id)}`, { details: { plugin, component: id } });
    seen.add(id);
  }
}
