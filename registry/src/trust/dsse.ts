import { z } from '@byoml/core';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { isSignedBy, type PublicKey, type SigningKey } from './keys.ts';
import { refusal } from './refusal.ts';
import { parsed } from './schema.ts';

/** A signed payload (DSSE v1). Ours have exactly one signature. */
export interface Envelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

const largestPayload = 1 << 20;
const signature = z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string().length(88) });
const envelope = z.strictObject({
  payloadType: z.string().max(200),
  payload: z.string().min(4).max(largestPayload),
  signatures: z.tuple([signature]),
});

/** The bytes that are signed: type and payload with their lengths, so that one signature never fits two readings. */
export const preAuthentication = (payloadType: string, payload: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload]));

/** Signs a payload. */
export function seal(payloadType: string, payload: Uint8Array, key: SigningKey): Envelope {
  const sig = encodeBase64(key.sign(preAuthentication(payloadType, payload)));
  return { payloadType, payload: encodeBase64(payload), signatures: [{ keyid: key.public.id, sig }] };
}

/** What an envelope must be to be opened. */
export interface EnvelopeExpectation {
  /** For messages. */
  readonly what: string;
  readonly payloadType: string;
  /** Any one of them is enough. */
  readonly keys: readonly PublicKey[];
}

/** Why an envelope was not opened, for callers that tell the cases apart. */
export type EnvelopeFault = 'malformed' | 'unknown key' | 'bad signature';

export type Opened = { readonly payload: Uint8Array; readonly signer: PublicKey } | { readonly fault: EnvelopeFault; readonly because: string };

/** Checks the one signature and answers the payload, or why not; for callers to whom a fault is no refusal. */
export function tryOpen(given: unknown, expected: EnvelopeExpectation): Opened {
  const shape = envelope.safeParse(given);
  if (!shape.success) return { fault: 'malformed', because: `${shape.error.issues[0]?.path.join('.') || 'envelope'}: ${shape.error.issues[0]?.message}` };
  const { payloadType, payload: encoded, signatures: [{ keyid, sig }] } = shape.data;
  if (payloadType !== expected.payloadType) return { fault: 'malformed', because: `it holds ${payloadType}, not ${expected.payloadType}` };
  const signer = expected.keys.find(({ id }) => id === keyid);
  if (!signer) return { fault: 'unknown key', because: `key ${keyid} is not one that is trusted for this` };
  try {
    const payload = decodeBase64(encoded, 'payload');
    if (isSignedBy(signer, preAuthentication(payloadType, payload), decodeBase64(sig, 'signature'))) return { payload, signer };
  } catch (thrown) {
    return { fault: 'malformed', because: (thrown as Error).message };
  }
  return { fault: 'bad signature', because: `its signature is not that of key ${keyid}` };
}

/** The payload of an envelope with exactly one signature, by one of the expected keys. Throws TRUST_REFUSED. */
export function openEnvelope(given: unknown, expected: EnvelopeExpectation): { readonly payload: Uint8Array; readonly signer: PublicKey } {
  const opened = tryOpen(given, expected);
  if ('fault' in opened) throw refusal(expected.what, opened.because);
  return opened;
}

/** An envelope without a look at its signature: to find out whose key is offered, never to use its content. Throws TRUST_REFUSED. */
export const claimedSigner = (given: unknown, what: string): string => parsed(envelope, given, what).signatures[0].keyid;
