import { expect, test } from 'vitest';
import { consentTo, refuseBlocked, type Consenting } from './consent.ts';
import { keys, lockedOf, offerOf, updateOf } from './offer.test.fixture.ts';

const given = (over: Partial<Consenting> = {}): Consenting => ({ yes: true, grants: [], acceptKey: undefined, ask: undefined, ...over });
const missing = (text: RegExp) => expect.objectContaining({ code: 'CONSENT_MISSING', exit: 5, message: expect.stringMatching(text) });
const answering = (...answers: readonly boolean[]): { readonly asked: string[]; readonly ask: Consenting['ask'] } => {
  const asked: string[] = [];
  return { asked, ask: async (question) => answers[asked.push(question) - 1] ?? false };
};
const network = { added: ['hosts: intel.example.com'], capabilities: { hosts: ['intel.example.com'] } };
const newKey = { ownerKey: { kind: 'new key', key: keys.next, pinned: [keys.old], endorsed: false } } as const;
const unsigned = { ownerKey: null, signer: { by: 'registry', account: 'ann', key: null } } as const;

test('without a terminal and without --yes nothing is agreed to', async () => {
  await expect(consentTo(offerOf(), given({ yes: false }))).rejects.toEqual(missing(/no terminal/));
});

test('--yes covers a new plugin with all that it asks for', async () => {
  expect(await consentTo(offerOf('1.0.0', network), given())).toEqual({ grants: network.added });
});

test('--yes does not cover what an update adds; --grant does, with or without the space', async () => {
  const update = updateOf('2.0.0', network);
  await expect(consentTo(update, given())).rejects.toEqual(missing(/hosts: intel\.example\.com; agree with --grant "hosts: intel\.example\.com"/));
  await expect(consentTo(update, given({ grants: ['hosts: other.example.com'] }))).rejects.toEqual(missing(/intel/));
  for (const grant of ['hosts: intel.example.com', 'hosts:intel.example.com']) expect(await consentTo(update, given({ grants: [grant] }))).toEqual({ grants: network.added });
});

test('an update that adds nothing needs no grant', async () => {
  expect(await consentTo(updateOf('1.1.0'), given())).toEqual({ grants: [] });
});

test.each([['its id', keys.next.id], ['itself', keys.next.hex]])('a changed key needs --accept-key with %s', async (_, key) => {
  const update = updateOf('1.1.0', newKey);
  await expect(consentTo(update, given())).rejects.toEqual(missing(/another key.*--accept-key 2222/));
  await expect(consentTo(update, given({ acceptKey: keys.old.id }))).rejects.toEqual(missing(/another key/));
  expect((await consentTo(update, given({ acceptKey: key }))).acceptKey).toBe(keys.next.hex);
});

test('an update that is no longer signed is not taken for granted', async () => {
  await expect(consentTo(updateOf('1.1.0', unsigned), given())).rejects.toEqual(missing(/not signed by its author.*--accept-key none/));
  expect((await consentTo(updateOf('1.1.0', unsigned), given({ acceptKey: 'none' }))).acceptKey).toBe('none');
  expect(await consentTo(updateOf('1.1.0', { ...unsigned, installed: lockedOf('1.0.0', { signer: unsigned.signer }) }), given())).toEqual({ grants: [] });
});

test('on a terminal a yes agrees to what was shown, and anything else to nothing', async () => {
  expect(await consentTo(updateOf('2.0.0', network), given({ yes: false, ...answering(true) }))).toEqual({ grants: network.added });
  await expect(consentTo(offerOf(), given({ yes: false, ...answering(false) }))).rejects.toEqual(missing(/not agreed to\. Nothing was changed/));
});

test('on a terminal a changed key is a question of its own', async () => {
  const { asked, ask } = answering(true, true);
  expect((await consentTo(updateOf('2.0.0', { ...newKey, ...network }), given({ yes: false, ask }))).acceptKey).toBe(keys.next.hex);
  expect(asked).toEqual([expect.stringContaining('CHANGED'), expect.stringContaining('hosts: intel.example.com')]);
  await expect(consentTo(updateOf('2.0.0', newKey), given({ yes: false, ...answering(false) }))).rejects.toEqual(missing(/not accepted/));
});

test('a question shows nothing that moves the cursor', async () => {
  const { asked, ask } = answering(true);
  await consentTo(updateOf('2.0.0', { added: ['hosts: a\u001b[2J\u202Eb'] }), given({ yes: false, ask }));
  expect(asked[0]).toBe('Install @acme/rare-hour 2.0.0, which adds hosts: a\uFFFD[2J\uFFFDb?');
});

test.each([
  ['PLUGIN_WITHDRAWN', { yanked: 'it leaks' }, /withdrawn.*it leaks/],
  ['PLUGIN_WITHDRAWN', { advisories: [{ id: 'bad-1', digests: ['x'], reason: 'it leaks', severity: 'high', expires: '2027-01-01T00:00:00Z', affected: { name: 'x', versions: '*' } }] }, /high advisory bad-1: it leaks/],
  ['POLICY_REFUSED', { judgement: { allowed: false, reasons: [{ rule: 'cooldown', message: 'too young' }] } }, /too young/],
] as const)('%s is nothing that anybody can agree to', (code, over, text) => {
  expect(() => refuseBlocked(offerOf('1.0.0', over as object))).toThrow(expect.objectContaining({ code, message: expect.stringMatching(text) }));
});

test('what nothing speaks against is not blocked', () => {
  expect(() => refuseBlocked(offerOf())).not.toThrow();
});
