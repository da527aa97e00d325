import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAdvisories, signAdvisory, type Advisory } from './advisories.ts';
import { signRelease } from './author/release.ts';
import { generateKey, signingKey } from './keys.ts';

const [registry, organisation, thief] = [generateKey(), generateKey(), generateKey()].map(signingKey) as [never, never, never];
const keys = [registry['public'], organisation['public']];
const now = new Date('2030-06-01T00:00:00Z');
const bad = `sha512-${'b'.repeat(86)}==`;
const good = `sha512-${'g'.repeat(86)}==`;
const advisory: Advisory = { id: 'b-1', digests: [bad, `sha256:${'0'.repeat(64)}`], reason: 'hides alerts', severity: 'critical', expires: '2031-01-01T00:00:00Z', affected: { name: '@scope/name', versions: '1.2.3' } };

test('signed advisories of the registry and of the organisation count, for their digests and until they expire', () => {
  const read = readAdvisories([signAdvisory(advisory, registry), signAdvisory({ ...advisory, id: 'b-2' }, organisation)], keys, now);
  expect(read.ignored).toEqual([]);
  expect(read.affects(bad, now).map(({ id }) => id)).toEqual(['b-1', 'b-2']);
  expect(read.affects(`sha256:${'0'.repeat(64)}`, now)).toHaveLength(2);
  expect(read.affects(bad, new Date('2031-01-01T00:00:00Z'))).toEqual([]);
});

test('other versions of the same package keep working', () => {
  expect(readAdvisories([signAdvisory(advisory, registry)], keys, now).affects(good, now)).toEqual([]);
});

test.each([
  ['unsigned', advisory],
  ['unsigned', { ...signAdvisory(advisory, registry), signatures: [] }],
  ['unknown key', signAdvisory(advisory, thief)],
  ['expired', signAdvisory({ ...advisory, expires: '2030-06-01T00:00:00Z' }, registry)],
  ['bad signature', { ...signAdvisory(advisory, registry), payload: signAdvisory({ ...advisory, digests: [good] }, registry).payload }],
  ['malformed', signRelease({ name: 'name', version: '1.0.0', integrity: good, manifest: null, created: '2030-01-01T00:00:00Z' }, registry)],
  ['malformed', 'text'],
  ['malformed', null],
])('an advisory that is %s is ignored with that reason and hides no other', (fault, given) => {
  const read = readAdvisories([given, signAdvisory({ ...advisory, id: 'real' }, registry)], keys, now);
  expect(read.ignored).toEqual([expect.objectContaining({ index: 0, fault })]);
  expect(read.affects(bad, now).map(({ id }) => id)).toEqual(['real']);
});

test('an advisory that nobody would accept is not signed', () => {
  for (const wrong of [{ digests: [] }, { digests: ['@scope/name'] }, { reason: '' }, { id: '../x' }, { expires: 'never' }]) expect(() => signAdvisory({ ...advisory, ...wrong }, registry)).toThrow(expect.objectContaining({ code: 'TRUST_REFUSED' }));
});

test('more than ten thousand are not read, and it is said', () => {
  const read = readAdvisories(Array.from({ length: 10_001 }), keys, now);
  expect(read.ignored.at(-1)).toMatchObject({ index: 10_000, fault: 'too many' });
});

test('whatever a list holds, nothing crashes and nothing unsigned counts', () => {
  fc.assert(fc.property(fc.array(fc.anything(), { maxLength: 5 }), (list) => {
    const read = readAdvisories(list, keys, now);
    expect(read.accepted).toEqual([]);
    expect(read.ignored).toHaveLength(list.length);
  }), { numRuns: 100 });
});
