import { expect, test } from 'vitest';
import { generateKey, signingKey } from '../keys.ts';
import { signRelease } from './release.ts';
import { offeredKey, ownerKey, signKeyChange } from './owner-key.ts';

const newKey = () => signingKey(generateKey());
const [old, next, thief] = [newKey(), newKey(), newKey()];
const created = new Date('2030-01-01T00:00:00Z');
const ask = (endorsement?: unknown) => ownerKey({ owner: 'alice', pinned: [old.public], offered: next.public, ...(endorsement === undefined ? {} : { endorsement }) });

test('the first key is to be shown, a pinned one is known, another one is a new key', () => {
  expect(ownerKey({ owner: 'alice', pinned: [], offered: old.public })).toEqual({ kind: 'first', key: old.public });
  expect(ownerKey({ owner: 'alice', pinned: [thief.public, old.public], offered: old.public })).toEqual({ kind: 'pinned', key: old.public });
  expect(ask()).toEqual({ kind: 'new key', key: next.public, pinned: [old.public], endorsed: false });
});

test('the old key can endorse a new one; it stays a new key', () => {
  expect(ask(signKeyChange({ owner: 'alice', to: next.public, created }, old))).toEqual({ kind: 'new key', key: next.public, pinned: [old.public], endorsed: true });
});

test.each([
  ['signed by the new key itself', signKeyChange({ owner: 'alice', to: next.public, created }, next)],
  ['signed by a thief', signKeyChange({ owner: 'alice', to: next.public, created }, thief)],
  ['for another owner', signKeyChange({ owner: 'bob', to: next.public, created }, old)],
  ['for another new key', signKeyChange({ owner: 'alice', to: thief.public, created }, old)],
  ['that is none', null],
  ['of another kind', signRelease({ name: 'alice', version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==`, manifest: null, created: created.toISOString() }, old)],
])('an endorsement %s is refused', (_, endorsement) => {
  expect(() => ask(endorsement)).toThrow(expect.objectContaining({ code: 'TRUST_REFUSED' }));
});

test('the offered key is one that the owner has listed', () => {
  const envelope = signKeyChange({ owner: 'alice', to: next.public, created }, old);
  expect(offeredKey(envelope, [thief.public.hex, old.public.hex])).toEqual(old.public);
  expect(() => offeredKey(envelope, [thief.public.hex])).toThrow('is not one of the owner\'s');
});
