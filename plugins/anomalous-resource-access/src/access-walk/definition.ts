import { accessColumns, coldColumns, defineAlgorithm, directoryColumns, statuses, z, type Algorithm, type Run } from '@byoml/core';
import { emptyGraph, type AccessGraph } from '../graph/access-graph.ts';
import { parseJson } from '../graph/binary.ts';
import type { ScopeInput } from '../graph/family.ts';
import { durationDays } from '../graph/half-life.ts';
import { pacer } from '../graph/pacer.ts';
import type { ScopeFile } from '../graph/scope-files.ts';
import { scopedAlgorithm } from '../graph/scoped-model.ts';
import { ladder } from '../peer-lift/ladder.ts';
import { decodeLevels, levelsFile } from '../peer-lift/level-file.ts';
import { PeerLift } from '../peer-lift/lift.ts';
import { chooseExponent } from './choose-exponent.ts';
import { walkFile, WalkScope } from './scope.ts';
import { exponents, settings, type Settings } from './settings.ts';
import { Walk } from './walk.ts';

const fileSchema = z.strictObject({ b: z.literal([...exponents]) });

function create({ halfLife, b, hubs }: Settings): Algorithm {
  const halfLifeDays = durationDays(halfLife);
  return scopedAlgorithm<WalkScope>({
    halfLifeDays,
    columns: ['surprise', 'coldSurprise'],
    files: [walkFile, levelsFile],
    unknown: new WalkScope(new Walk(emptyGraph, 0), 0.5, new PeerLift(emptyGraph, [])),
    async fit(input: ScopeInput, run: Run, chosen: WalkScope | undefined) {
      const pace = pacer(run);
      const walk = new Walk(input.graph, hubs);
      await pace.turn();
      const exponent = b === 'auto' ? (chosen?.b ?? (await chooseExponent(walk, input, { halfLifeDays, hubs }, run))) : b;
      await pace.turn();
      return new WalkScope(walk, exponent, new PeerLift(input.graph, ladder(input, run.seed)));
    },
    async load(graph: AccessGraph, read: ScopeFile) {
      const { file, bytes } = await read(walkFile);
      const lift = new PeerLift(graph, decodeLevels(await read(levelsFile), graph));
      return new WalkScope(new Walk(graph, hubs), parseJson(file, bytes, fileSchema).b, lift);
    },
  });
}

/** Scores an access by the weight of the 3-hop paths of shared accesses that already lead from the user to the resource. */
export const accessWalk = defineAlgorithm({
  id: 'access-walk',
  summary: 'Scores an access by the paths of shared accesses that already lead from the user to the resource',
  settings,
  input: { ...accessColumns, ...directoryColumns },
  output: coldColumns,
  alertUnit: 'pair-day',
  population: 'new-pairs',
  statuses,
  create,
});
