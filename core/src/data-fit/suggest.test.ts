import { expect, test } from 'vitest';
import { mappingFor, suggestions } from './suggest.ts';

test.each([
  { column: 'user', data: ['when', 'SubjectUserName', 'share'], path: 'SubjectUserName' },
  { column: 'user', data: ['Computer', 'UserPrincipalName'], path: 'UserPrincipalName' },
  { column: 'user', data: ['winlog.event_data.SubjectUserName', 'winlog.event_id'], path: 'winlog.event_data.SubjectUserName' },
  { column: 'user', data: ['usr', 'thing'], path: 'usr' },
  { column: 'resource', data: ['ObjectName', 'Actor'], path: 'ObjectName' },
  { column: 'ShareName', data: ['Share', 'Account'], path: 'Share' },
  { column: 'lastSeen', data: ['user', '@timestamp'], path: '@timestamp' },
  { column: 'department', data: ['dept', 'name'], path: 'dept' },
])('$column is found in $data', ({ column, data, path }) => {
  expect(suggestions(column, data)[0]).toBe(path);
});

test('what means something else is not suggested', () => {
  expect(suggestions('user', ['bytes', 'protocol', 'ShareName'])).toEqual([]);
});

test('one path is never suggested for two columns', () => {
  expect(mappingFor(['user', 'manager', 'resource'], ['account', 'share'])).toEqual(new Map([['user', 'account'], ['resource', 'share']]));
});
