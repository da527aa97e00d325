import type { Columns } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import type { OpenedModel } from '../detection/index.ts';
import type { Session } from './session.ts';

/**
 * The rows a model scores: the file as it is when it has the columns that the algorithm requires, otherwise through the view
 * that the model was trained with.
 */
export async function inputOf(session: Session, { component, manifest }: OpenedModel, paths: readonly string[]): Promise<Relation> {
  if (!manifest.view) return session.relation(paths);
  const view = await session.view(manifest.view.address);
  const raw = await session.relation(paths, undefined, view.definition.table);
  if (hasRequired(raw, component.definition.input)) return raw;
  return session.relation(paths, { definition: view.definition, settings: manifest.view.settings });
}

const hasRequired = ({ columns }: Relation, input: Columns): boolean =>
  Object.entries(input).every(([name, schema]) => schema.safeParse(undefined).success || columns.some((column) => column.name === name));
