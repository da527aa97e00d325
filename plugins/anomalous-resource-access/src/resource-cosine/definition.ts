import { accessColumns, defineAlgorithm, statuses, z, type Algorithm } from '@byoml/core';
import { emptyGraph } from '../graph/access-graph.ts';
import { durationDays, halfLife } from '../graph/half-life.ts';
import { scopedAlgorithm } from '../graph/scoped-model.ts';
import { CosineScope } from './scope.ts';

const settings = z.strictObject({
  halfLife: halfLife().describe('An access weighs half after this time and is forgotten after a hundred times as long. Needs days'),
});

const create = ({ halfLife: time }: z.output<typeof settings>): Algorithm =>
  scopedAlgorithm<CosineScope>({
    halfLifeDays: durationDays(time),
    columns: ['surprise'],
    files: [],
    unknown: new CosineScope(emptyGraph),
    fit: async ({ graph }) => new CosineScope(graph),
    load: async (graph) => new CosineScope(graph),
  });

/** Scores an access by how unlike the resource is to those that the user already uses: the baseline of Microsoft's KQL function. */
export const resourceCosine = defineAlgorithm({
  id: 'resource-cosine',
  summary: 'Scores an access by how unlike the resource is to what the user already uses (cosine of users); a baseline',
  settings,
  input: accessColumns,
  alertUnit: 'pair-day',
  population: 'new-pairs',
  statuses,
  create,
});
