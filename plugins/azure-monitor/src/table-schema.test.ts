import { compatRow, sentinelRow } from '@byoml/core/results';
import { expect, test } from 'vitest';
import { aResult } from './rig.test.fixture.ts';
import { anomalyColumns, compatColumns, compatTableColumns, compatTransform, streamDeclaration, tableArguments } from './table-schema.ts';

/** Names that a table of one's own may not use. */
const reserved = ['_ResourceId', 'id', '_SubscriptionId', 'TenantId', 'Type', 'UniqueId', 'Title'].map((name) => name.toLowerCase());

test.each(Object.entries({ anomalyColumns, compatColumns, compatTableColumns }))('Log Analytics takes the names of %s', (_, schema) => {
  const names = Object.keys(schema);
  expect(names.filter((name) => reserved.includes(name.toLowerCase()) || !/^[A-Za-z][A-Za-z0-9_]{0,44}$/.test(name))).toEqual([]);
});

test('the layouts send the columns that the schemas declare, and no others', () => {
  expect(Object.keys(sentinelRow(aResult(1), { ruleStatus: 'Production' })).sort()).toEqual(Object.keys(anomalyColumns).sort());
  expect(Object.keys(compatRow(aResult(1))).sort()).toEqual(Object.keys(compatColumns).sort());
});

test('the transformation fills the columns of the original\'s table', () => {
  const made = compatTransform.split('project ')[1]?.split(', ').map((assignment) => assignment.split(' = '));
  expect(made?.map(([name]) => name)).toEqual(Object.keys(compatTableColumns));
  expect(made?.map(([, from]) => from).slice(1)).toEqual(Object.keys(compatColumns));
});

test('what az is given', () => {
  expect(tableArguments(compatTableColumns)).toBe('TimeGenerated=datetime TimeStamp_t=datetime User_s=string Resource_s=string AnomalyScore_d=real');
  expect(streamDeclaration({ User: 'string' })).toEqual({ columns: [{ name: 'User', type: 'string' }] });
});
