import { expect, test } from 'vitest';
import { accessColumns } from '../contracts/access.ts';
import { parseMapping } from './mapping.ts';
import { inlineText, mapFlags } from './remedy.ts';

test('a path may hold dots, spaces and equal signs', () => {
  expect(parseMapping(['user=event_data.User Name', 'resource=a=b'], accessColumns)).toEqual(new Map([['user', 'event_data.User Name'], ['resource', 'a=b']]));
});

test.each([
  { map: ['user'], says: /column=path/ },
  { map: ['user='], says: /column=path/ },
  { map: ['usr=Account'], says: /no column "usr".*user, resource/ },
  { map: ['user=a', 'user=b'], says: /"user" is given twice/ },
])('$map is refused', ({ map, says }) => {
  expect(() => parseMapping(map, accessColumns)).toThrow(expect.objectContaining({ code: 'USAGE_INVALID', message: expect.stringMatching(says) }));
});

test('flags that a shell would take apart are quoted', () => {
  expect(mapFlags([{ column: 'user', path: 'Account' }, { column: 'resource', path: 'Share Name' }])).toBe("--map user=Account --map 'resource=Share Name'");
});

test('a view is written as YAML that says what was meant', async () => {
  const { parse } = await import('yaml');
  const columns = new Map([['user', '@who'], ['resource', 'a: b']]);
  expect(parse(inlineText('Logs', columns, [{ columns: ['EventID'], in: ['5140'] }]))).toEqual({ view: { table: 'Logs', columns: Object.fromEntries(columns), where: [{ columns: ['EventID'], in: ['5140'] }] } });
});
