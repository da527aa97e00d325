import { TrustedRoot as ProtobufTrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, type TrustMaterial } from '@sigstore/verify';
import { z } from '@byoml/core';
import { refusal } from '../refusal.ts';
import { parsed } from '../schema.ts';

/** Whose certificates, logs and time stamps count. */
export type TrustedRoot = TrustMaterial;

const authorities = z.array(z.looseObject({ certChain: z.looseObject({ certificates: z.array(z.looseObject({ rawBytes: z.string().min(1).max(16_384) })).min(1).max(10) }) })).max(20);
const logs = z.array(z.looseObject({ publicKey: z.looseObject({ rawBytes: z.string().min(1).max(4096) }), logId: z.looseObject({ keyId: z.string().min(1).max(100) }) })).max(50);

const trustedRootSchema = z.looseObject({
  mediaType: z.string().max(100).regex(/^application\/vnd\.dev\.sigstore\.trustedroot(?:\.v\d\.\d\+json|\+json;version=0\.\d)$/, 'expected a trusted root of sigstore'),
  certificateAuthorities: authorities.min(1),
  tlogs: logs.min(1),
  ctlogs: logs.min(1),
  timestampAuthorities: authorities.optional(),
});

/** Reads sigstore's `trusted_root.json` (or that of an own sigstore), parsed. Throws TRUST_REFUSED. */
export function readTrustedRoot(value: unknown): TrustedRoot {
  const what = 'trusted root of sigstore';
  const root = parsed(trustedRootSchema, value, what);
  try {
    return toTrustMaterial(ProtobufTrustedRoot.fromJSON(root));
  } catch (thrown) {
    throw refusal(what, `it is not readable: ${(thrown as Error).message}`, thrown);
  }
}
