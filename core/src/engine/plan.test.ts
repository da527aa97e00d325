import { z } from 'zod';
import { expect, test } from 'vitest';
import { accessColumns } from '../contracts/access.ts';
import { cellInvalid, nulInCell, quoted } from './cell-invalid.ts';
import { planColumns } from './column-plan.ts';
import { closestNames, columnsMissing } from './missing-columns.ts';
import { parsePath } from './path.ts';

test('a column is required when its schema takes no empty cell; defaults come from the schema', () => {
  expect(planColumns(accessColumns).map(({ name, type, required, default: fallback }) => [name, type, required, fallback])).toEqual([
    ['scope', 'text', false, ''],
    ['user', 'text', true, undefined],
    ['resource', 'text', true, undefined],
    ['count', 'number', false, 1],
    ['day', 'day', false, undefined],
    ['lastSeen', 'instant', false, undefined],
  ]);
  expect(planColumns({ hosts: z.array(z.string()) })[0]).toMatchObject({ type: 'texts', required: true });
});

test('the closest names come first, whatever their case and separators', () => {
  expect(closestNames('ShareName', ['sharename', 'Share_Name', 'SharePath', 'Computer', 'ShareNames'])).toEqual(['sharename', 'Share_Name', 'ShareNames']);
  expect(closestNames('user', ['department'])).toEqual([]);
});

test('missing columns are named with table and candidates', () => {
  const error = columnsMissing('files/table (a.csv)', ['user', 'resource'], ['User', 'share']);
  expect(error).toMatchObject({ code: 'COLUMNS_MISSING', exit: 3, details: { missing: ['user', 'resource'], existing: ['User', 'share'], closest: { user: ['User'] } } });
  expect(error.message).toBe('files/table (a.csv): no columns "user" (closest: "User"), "resource"; it has "User", "share"');
});

test('an invalid cell is named by table, column, row and content', () => {
  const place = { table: 'files/table (accesses.csv)', column: 'count', row: 17 };
  expect(cellInvalid(place, 'number', 'x')).toMatchObject({ code: 'CELL_INVALID', message: 'files/table (accesses.csv): column "count" row 17: expected number, received "x"' });
  expect(nulInCell(place)).toMatchObject({ code: 'ENCODING_INVALID', message: 'files/table (accesses.csv): column "count" row 17 holds a NUL character' });
});

test('long content is cut, empty content is called nothing', () => {
  expect(quoted('x'.repeat(100))).toBe(`"${'x'.repeat(80)}…"`);
  expect([quoted(null), quoted(undefined), quoted(''), quoted(5), quoted({ a: 1 })]).toEqual(['nothing', 'nothing', '""', '"5"', String.raw`"{\"a\":1}"`]);
});

test.each([
  ['user', ['user']],
  ['event_data.ShareName', ['event_data', 'ShareName']],
  ['resources[0].ARN', ['resources', 0, 'ARN']],
  ['[1][2]', [1, 2]],
])('the path %s has its steps', (path, steps) => {
  expect(parsePath(path)).toEqual(steps);
});
