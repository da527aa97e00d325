import { accessColumns, defineAlgorithm, statuses, z, type AccessColumns, type Algorithm, type Batches, type ModelFiles, type Run } from '@byoml/core';
import { graphOf, type AccessGraph } from '../graph/access-graph.ts';
import { undated, type Accesses } from '../graph/accesses.ts';
import { Collection } from '../graph/collect.ts';
import { durationDays } from '../graph/half-life.ts';
import { parseJson } from '../graph/binary.ts';
import { readScopes, type ScopeFile } from '../graph/scope-files.ts';
import { AccessWalkModel } from './model.ts';
import { WalkScope } from './scope.ts';
import { exponents, settings, type Exponent, type Settings } from './settings.ts';

const walkFile = z.strictObject({ b: z.literal([...exponents]) });

const parseWalk = ({ file, bytes }: Awaited<ReturnType<ScopeFile>>): Exponent => parseJson(file, bytes, walkFile).b;

const create = (chosen: Settings): Algorithm<AccessColumns> => ({
  async fit(data: Batches<AccessColumns>, run: Run) {
    const collection = new Collection();
    await collection.read(data, run);
    const scopes = collection.scopes().map(([name, accesses]) => [name, new WalkScope(graphIn(collection, accesses, chosen), chosen.b === 'auto' ? 0.5 : chosen.b, chosen.hubs)] as const);
    return new AccessWalkModel(chosen, new Map(scopes));
  },
  async load(files: ModelFiles) {
    const make = async (graph: AccessGraph, read: ScopeFile) => new WalkScope(graph, parseWalk(await read('walk.json')), chosen.hubs);
    return new AccessWalkModel(chosen, await readScopes(files, ['walk.json'], make));
  },
});

function graphIn(collection: Collection, accesses: Accesses, { halfLife }: Settings): AccessGraph {
  const weights = accesses.weights(durationDays(halfLife));
  const pairs = { users: accesses.pairs.users(), resources: accesses.pairs.resources(), weights, userTexts: collection.users.texts, resourceTexts: collection.resources.texts };
  return graphOf(pairs, accesses.lastDay === undated ? null : accesses.lastDay);
}

/** Scores an access by the weight of the 3-hop paths that already lead from the user to the resource. */
export const accessWalk = defineAlgorithm({
  id: 'access-walk',
  summary: 'Scores an access by the paths of shared accesses that already lead from the user to the resource',
  settings,
  input: accessColumns,
  alertUnit: 'pair-day',
  population: 'new-pairs',
  statuses,
  create,
});
