import { accessColumns, defineAlgorithm, directoryColumns, statuses, z, type Algorithm } from '@byoml/core';
import { emptyGraph } from '../graph/access-graph.ts';
import { durationDays, halfLife } from '../graph/half-life.ts';
import { scopedAlgorithm } from '../graph/scoped-model.ts';
import { ladder } from './ladder.ts';
import { decodeLevels, levelsFile } from './level-file.ts';
import { liftDefaults, PeerLift } from './lift.ts';
import { PeerScope } from './scope.ts';

const settings = z.strictObject({
  halfLife: halfLife().describe('An access weighs half after this time. Needs days'),
  smoothing: z.number().gt(0).max(1e6).default(liftDefaults.smoothing).describe('How many users the parent of a group counts for: the higher, the less a small group says'),
  trust: z.number().gt(0).max(1e6).default(liftDefaults.trust).describe('At this weight of a user\'s own accesses the groups count half'),
});

const create = ({ halfLife: time, smoothing, trust }: z.output<typeof settings>): Algorithm =>
  scopedAlgorithm<PeerScope>({
    halfLifeDays: durationDays(time),
    columns: ['surprise'],
    files: [levelsFile],
    unknown: new PeerScope(new PeerLift(emptyGraph, [], { smoothing, trust })),
    fit: async (input, run) => new PeerScope(new PeerLift(input.graph, ladder(input, run.seed), { smoothing, trust })),
    load: async (graph, read) => new PeerScope(new PeerLift(graph, decodeLevels(await read(levelsFile), graph), { smoothing, trust })),
  });

/** Scores an access by how much less likely it is among the user's manager, team, department and title, or community, than among everybody. */
export const peerLift = defineAlgorithm({
  id: 'peer-lift',
  summary: "Scores an access by how rarely the user's colleagues use the resource; for users and resources without a history",
  settings,
  input: { ...accessColumns, ...directoryColumns },
  alertUnit: 'pair-day',
  population: 'new-pairs',
  statuses,
  create,
});
