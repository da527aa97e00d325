import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { preAuthentication, seal, type Envelope } from '../dsse.ts';
import { canonicalJson, type Json } from '../json.ts';
import { generateKey, signingKey, type SigningKey } from '../keys.ts';
import { refusal } from '../refusal.test.fixture.ts';
import { releasePayloadType, signRelease, verifyRelease, type Release } from './release.ts';

const newKey = (): SigningKey => signingKey(generateKey());
const key = newKey();
const integrity = (text: string): string => `sha512-${createHash('sha512').update(text).digest('base64')}`;
const release: Release = { name: '@scope/name', version: '1.2.3', integrity: integrity('tarball'), manifest: createHash('sha256').update('manifest').digest('hex'), created: '2030-01-01T00:00:00Z' };
const envelope = signRelease(release, key);
const verify = (given: unknown, expected: Partial<Release> = {}, keys = [key.public]) => verifyRelease(given, { ...release, ...expected }, keys);
const sealed = (statement: Json | string, type = releasePayloadType): Envelope => seal(type, new TextEncoder().encode(typeof statement === 'string' ? statement : canonicalJson(statement)), key);
const [signature = { keyid: '', sig: '' }] = envelope.signatures;

test('what an author signed verifies, with the author\'s key, also after a trip through JSON and among other keys', () => {
  expect(verify(JSON.parse(JSON.stringify(envelope)), {}, [newKey().public, key.public])).toEqual({ release, signer: key.public });
  const plain = { ...release, manifest: null };
  expect(verify(signRelease(plain, key), plain).release.manifest).toBeNull();
});

test.each([
  ['name', { name: '@scope/other' }],
  ['version', { version: '1.2.4' }],
  ['integrity', { integrity: integrity('evil') }],
  ['manifest', { manifest: null }],
] as const)('a signature for another %s is refused and says so', (field, expected) => {
  expect(refusal(() => verify(envelope, expected))).toContain(`it is for the ${field} ${release[field]}`);
});

describe('refuses', () => {
  test('a key that is not trusted, and no key at all', () => {
    expect(refusal(() => verify(envelope, {}, [newKey().public]))).toContain('is not one that is trusted');
    refusal(() => verify(envelope, {}, []));
  });

  test('the signature of one key under the name of another', () => {
    const thief = newKey();
    const forged = { ...signRelease(release, thief), signatures: [{ ...signRelease(release, thief).signatures[0], keyid: key.public.id }] };
    expect(refusal(() => verify(forged))).toContain('its signature is not that of key');
  });

  test('another payload type, also when it was signed as such', () => {
    refusal(() => verify({ ...envelope, payloadType: 'application/vnd.byoml.advisory+json' }));
    expect(refusal(() => verify(sealed(release, 'application/vnd.byoml.advisory+json')))).toContain('not application/vnd.byoml.release+json');
    const relabelled = { ...sealed(release, 'application/json'), payloadType: releasePayloadType };
    expect(refusal(() => verify(relabelled))).toContain('its signature is not');
  });

  test('no, two, and doubled signatures, and unknown fields', () => {
    for (const signatures of [[], [signature, signature], [signature, { ...signature, keyid: newKey().public.id }], undefined, 'x']) refusal(() => verify({ ...envelope, signatures }));
    refusal(() => verify({ ...envelope, extra: 1 }));
    refusal(() => verify({ ...envelope, signatures: [{ ...signature, extra: 1 }] }));
  });

  test('base64 that is not the only one of its bytes', () => {
    const bits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = signature.sig.at(-3) ?? '';
    const spare = `${signature.sig.slice(0, -3)}${bits[bits.indexOf(last) + 1]}==`;
    expect(Buffer.from(spare, 'base64')).toEqual(Buffer.from(signature.sig, 'base64'));
    expect(refusal(() => verify({ ...envelope, signatures: [{ ...signature, sig: spare }] }))).toContain('not plain base64');
    for (const payload of [`${envelope.payload}\n`, ` ${envelope.payload}`, envelope.payload.replaceAll('=', ''), `${envelope.payload}====`, envelope.payload.replace('e', 'é')]) {
      if (payload !== envelope.payload) refusal(() => verify({ ...envelope, payload }));
    }
  });

  test('a signature whose number was raised by the order of the curve', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bytes = Buffer.from(signature.sig, 'base64');
    let s = 0n;
    for (let at = 63; at >= 32; at--) s = (s << 8n) | BigInt(bytes[at] ?? 0);
    s += order;
    for (let at = 32; at < 64; at++, s >>= 8n) bytes[at] = Number(s & 255n);
    refusal(() => verify({ ...envelope, signatures: [{ ...signature, sig: bytes.toString('base64') }] }));
  });

  test('statements that are not canonical or have other fields, although the author signed them', () => {
    const text = canonicalJson(release);
    for (const statement of [` ${text}`, text.replace('{', '{"name":"@scope/evil",'), JSON.stringify(release), '[]', 'null', '', '{', '\ufeff{}', text.slice(0, -1)]) refusal(() => verify(sealed(statement)));
    for (const statement of [{ ...release, extra: '' }, { ...release, created: 'now' }, { ...release, integrity: 'sha1-x' }]) refusal(() => verify(sealed(statement)));
    refusal(() => signRelease({ ...release, name: '../evil' }, key));
  });

  test('a payload of more than a mebibyte before it looks at it', () => {
    refusal(() => verify(sealed('x'.repeat(1 << 20))));
  });

  test('text for terminals in its message', () => {
    const message = refusal(() => verify({ ...envelope, payloadType: '\u001b]8;;http://evil\u0007\u202etxt' }));
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

test('the signed bytes follow DSSE v1', () => {
  expect(new TextDecoder().decode(preAuthentication('http://example.com/HelloWorld', new TextEncoder().encode('hello world')))).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

/** Changes one thing somewhere in a value. */
const mutated = fc.record({ pick: fc.nat(), by: fc.oneof(fc.jsonValue(), fc.string(), fc.constant(undefined)) }).map(({ pick, by }) => {
  const copy = structuredClone(envelope) as unknown as { [name: string]: unknown };
  const inner = (copy['signatures'] as { [name: string]: unknown }[])[0] ?? {};
  const places: [{ [name: string]: unknown }, string][] = [[copy, 'payload'], [copy, 'payloadType'], [copy, 'signatures'], [inner, 'keyid'], [inner, 'sig'], [copy, 'more'], [inner, 'more']];
  const [holder, name] = places[pick % places.length] ?? [copy, 'payload'];
  holder[name] = by;
  return copy;
});

test('nothing else than the envelope verifies, and nothing crashes', () => {
  fc.assert(fc.property(fc.oneof(fc.jsonValue(), fc.anything(), mutated), (given) => {
    fc.pre(JSON.stringify(given) !== JSON.stringify(envelope));
    refusal(() => verify(given));
  }), { numRuns: 100 });
});

test('one changed character of the payload or the signature never verifies', () => {
  fc.assert(fc.property(fc.constantFrom('payload', 'sig', 'keyid'), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (field, where, by) => {
    const text = field === 'payload' ? envelope.payload : signature[field as 'sig' | 'keyid'];
    const at = where % text.length;
    const changed = `${text.slice(0, at)}${by}${text.slice(at + 1)}`;
    fc.pre(changed !== text);
    refusal(() => verify(field === 'payload' ? { ...envelope, payload: changed } : { ...envelope, signatures: [{ ...signature, [field]: changed }] }));
  }), { numRuns: 100 });
});
