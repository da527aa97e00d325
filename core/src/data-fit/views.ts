import type { Catalogue } from '../plugins/index.ts';
import { componentAddress } from '../plugins/index.ts';

interface Data {
  /** Name of the table, where the source knows it. */
  readonly table?: string | undefined;
  /** Paths that the data has. */
  readonly existing: readonly string[];
}

/** Addresses of the installed views that can read the data: those of its table, else those whose columns it has. Runs no plugin code. */
export function viewsFor(catalogue: Catalogue, { table, existing }: Data): readonly string[] {
  const views = catalogue.plugins.flatMap(({ name, manifest }) =>
    manifest.components.flatMap((component) => (component.kind === 'view' ? [{ address: componentAddress(name, component.id), view: component }] : [])));
  const has = new Set(existing);
  const reads = ({ input, where }: (typeof views)[number]['view']): boolean => {
    const { required = [] } = input as { required?: readonly string[] };
    return required.length + where.length > 0 && required.every((path) => has.has(path)) && where.every(({ columns }) => columns.some((path) => has.has(path)));
  };
  const chosen = table === undefined ? [] : views.filter(({ view }) => view.table.toLowerCase() === table.toLowerCase());
  return (chosen.length > 0 ? chosen : views.filter(({ view }) => reads(view))).map(({ address }) => address);
}
