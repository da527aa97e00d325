import { expect, test } from 'vitest';
import { stripVTControlCharacters } from 'node:util';
import { keys, lockedOf, manifestOf, now, offerOf, updateOf } from '../installing/offer.test.fixture.ts';
import { offerText } from './offer.ts';

const text = (offer = offerOf(), level: 'L0' | 'L3' = 'L3'): string => stripVTControlCharacters(offerText(offer, { level, now })).replaceAll(/ +/gu, ' ');

test('the screen names the version, its age, who published and who signed it', () => {
  expect(text()).toContain('@acme/rare-hour 1.0.0 new in this workspace');
  expect(text()).toContain('published by ann, 3 days ago (2026-11-21)');
  expect(text()).toContain('vouched for by its author, ann');
});

test('a key is new, known or changed', () => {
  expect(text()).toContain('key 11111111 11111111 11111111 11111111 11111111 11111111 11111111 11111111, new here');
  expect(text(updateOf('1.1.0'))).toContain('known: it signed what is installed');
  const changed = text(updateOf('1.1.0', { ownerKey: { kind: 'new key', key: keys.next, pinned: [keys.old], endorsed: false } }));
  expect(changed).toContain('CHANGED: the old key says nothing about it');
  expect(changed).toContain(`--accept-key ${keys.next.hex}`);
  expect(text(updateOf('1.1.0', { ownerKey: null, signer: { by: 'registry', account: 'ann', key: null } }))).toContain('NO LONGER SIGNED by its author');
  expect(text(offerOf('1.0.0', { ownerKey: null, signer: { by: 'registry', account: 'ann', key: null } }))).toContain('nobody but the registry, published by ann');
});

test('the registry is named, and that its root key is met for the first time', () => {
  expect(text()).toContain('its root key is met for the first time: cccccccc');
  expect(text(offerOf('1.0.0', { root: { keys: [], first: false } }))).toContain('its root key is known');
});

test('capabilities are plain sentences', () => {
  expect(text()).toContain('asks for reads no files · talks to nobody · sees no environment variables');
  expect(text(offerOf('1.0.0', { capabilities: { read: ['./lists'], hosts: ['a.example'], env: ['TOKEN'], wallMs: 60_000, memoryMb: 512 } }))).toContain('reads ./lists · talks to a.example · sees the environment variables TOKEN · works at most 60 s at a time · uses at most 512 MB');
});

test('components come with their techniques, dependencies with their ranges', () => {
  expect(text()).toContain('rule-template first-night: A first night ATT&CK T1078, T1021.002');
  expect(text()).toContain('depends on nothing else');
  expect(text(offerOf('1.0.0', { dependencies: { semver: '^7.8.0' } }))).toContain('depends on semver ^7.8.0');
});

test('an update says what it adds', () => {
  expect(text(updateOf('2.0.0', { added: ['hosts: intel.example.com'] }))).toMatch(/update of 1\.0\.0[^]*update adds hosts: intel\.example\.com/);
  expect(text(updateOf('2.0.0'))).toContain('update adds nothing');
  expect(text()).not.toContain('update adds');
});

test('the level is said plainly', () => {
  expect(text()).toContain('It is installed but does not run');
  expect(text(offerOf(), 'L0')).toContain('without a sandbox, inside byoml. It can do whatever you can');
});

test('what speaks against it stands at the end', () => {
  expect(text(offerOf('1.0.0', { yanked: 'it leaks' }))).toMatch(/! withdrawn from new installations: it leaks$/);
});

test('nothing that a registry says reaches the terminal as control or direction characters', () => {
  const hostile = '\u001b]8;;http://evil\u0007x\u001b[2J\u009b1A\u202E\u2066\u200B\u2028\r';
  const [component] = manifestOf('1.0.0').components;
  const offer = offerOf('1.0.0', {
    name: `@acme/x${hostile}`, version: `1${hostile}`, registry: hostile, signer: { by: 'sigstore', account: hostile, key: null, identity: hostile }, ownerKey: null, dependencies: { [hostile]: hostile },
    capabilities: { hosts: [hostile] }, added: [hostile], installed: lockedOf(hostile), yanked: hostile, judgement: { allowed: false, reasons: [{ rule: 'cooldown', message: hostile }] },
    manifest: manifestOf('1.0.0', { components: [{ ...component, id: hostile, summary: hostile } as never] }),
  });
  expect(stripVTControlCharacters(offerText(offer, { level: 'L3', now })).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
  expect(offerText(offer, { level: 'L3', now }).split('\n').length).toBeLessThan(25);
});
