import type { Metadata, Targets } from '@tufjs/models';
import { z } from '@byoml/core';
import { canonicalJson, parseJson } from '../json.ts';
import { isSignedBy, publicKey, type SigningKey } from '../keys.ts';
import { refusal } from '../refusal.ts';
import { parsed } from '../schema.ts';
import { commonFields, largestFile, type Edition } from './metadata.ts';
import type { TargetDigest } from './target.ts';

/** A bin is written and read without the metadata classes: they take quadratic time in its targets, and a publish reads and writes whole bins. */
const binSchema = z.strictObject({
  signed: z.strictObject({
    _type: z.literal('targets'),
    spec_version: z.string(),
    version: z.int().positive(),
    expires: z.string(),
    targets: z.record(z.string(), z.strictObject({ length: z.int().nonnegative(), hashes: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) })),
  }),
  signatures: z.tuple([z.strictObject({ keyid: z.string(), sig: z.string().regex(/^[0-9a-f]{128}$/) })]),
});

/** The file of a bin, signed. */
export function binFile(targets: ReadonlyMap<string, TargetDigest>, about: Edition, key: SigningKey): Uint8Array {
  const { version, ...fields } = commonFields('targets', about);
  const text = `${canonicalJson(fields).slice(0, -1)},"targets":${targetsText(targets)},"version":${version}}`;
  const sig = Buffer.from(key.sign(new TextEncoder().encode(text))).toString('hex');
  return new TextEncoder().encode(`{"signatures":${JSON.stringify([{ keyid: key.public.id, sig }])},"signed":${text}}`);
}

/** As `canonicalJson` writes them, without objects in between: most of a publication's signing was that. */
function targetsText(targets: ReadonlyMap<string, TargetDigest>): string {
  const paths = [...targets.keys()].sort();
  const lines = paths.map((path) => {
    const { length, sha256 } = targets.get(path) as TargetDigest;
    return `${JSON.stringify(path)}:{"hashes":{"sha256":"${sha256}"},"length":${length}}`;
  });
  return `{${lines.join(',')}}`;
}

/** The targets of a bin that a key of the delegations has signed. Throws TRUST_REFUSED naming the bin. */
export function readBinFile(bytes: Uint8Array, bin: string, { signed: above }: Metadata<Targets>): Map<string, TargetDigest> {
  const { signed, signatures: [{ keyid, sig }] } = parsed(binSchema, parseJson(bytes, bin, largestFile.targets), bin);
  const trusted = above.delegations?.roles?.[bin]?.keyIDs.includes(keyid) ? above.delegations.keys[keyid]?.keyVal['public'] : undefined;
  if (trusted === undefined) throw refusal(bin, `key ${keyid} is not one of the delegations`);
  if (!isSignedBy(publicKey(trusted), new TextEncoder().encode(canonicalJson(signed)), Buffer.from(sig, 'hex'))) throw refusal(bin, `its signature is not that of key ${keyid}`);
  return new Map(Object.entries(signed.targets).map(([path, { length, hashes }]) => [path, { length, sha256: hashes.sha256 }]));
}
