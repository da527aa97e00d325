import { z } from 'zod';
import { signKeyChange } from '../trust/author/owner-key.ts';
import { signRelease } from '../trust/author/release.ts';
import type { SigningKey } from '../trust/keys.ts';
import { addressOf, askJson, type RegistryAccess } from './ask-registry.ts';
import { documentOf } from './check-package.ts';
import type { PackedPackage } from './packed-package.ts';
import type { Provenance } from './provenance.ts';

const signatureType = 'application/vnd.byoml.signature+json';

/** A package with all that goes with it to a registry. */
export interface Publication {
  readonly packed: PackedPackage;
  readonly tag: string;
  /** The author's. */
  readonly key: SigningKey;
  /** The author's key before, which vouches for this one, and the account that both belong to. */
  readonly endorsed?: { readonly by: SigningKey; readonly account: string };
  readonly provenance?: Provenance;
  readonly now: Date;
}

/** What a registry says about a publication that it has accepted. */
const accepted = z.object({
  state: z.enum(['PASSED', 'QUARANTINED']),
  /** When everybody can see the version, as ISO 8601; null while a person has to decide. */
  visible: z.iso.datetime().nullable(),
});
export type Accepted = z.infer<typeof accepted>;

/** Signs a package as its author and sends it as `npm publish` would, with the signature beside the tarball. Throws what the registry refuses with. */
export async function sendPublication(access: RegistryAccess, publication: Publication, signal: AbortSignal): Promise<Accepted> {
  const { name } = publication.packed;
  return askJson(access, addressOf(name), { method: 'PUT', body: publishBody(access, publication), schema: accepted }, signal);
}

/** https://github.com/npm/cli/blob/latest/workspaces/libnpmpublish/lib/publish.js */
function publishBody({ registry }: RegistryAccess, { packed, tag, provenance, ...publication }: Publication): object {
  const { name, version, tarball } = packed;
  const file = `${name}-${version}`;
  const document = documentOf(packed);
  const dist = { ...(document['dist'] as object), tarball: `${registry}${name}/-/${file}.tgz` };
  return {
    _id: name,
    name,
    'dist-tags': { [tag]: version },
    versions: { [version]: { ...document, dist } },
    access: null,
    _attachments: {
      [`${file}.tgz`]: { content_type: 'application/octet-stream', ...encoded(tarball) },
      [`${file}.byoml-signature.json`]: { content_type: signatureType, ...encoded(Buffer.from(JSON.stringify(signatureOf(packed, publication)))) },
      ...(provenance && { [`${file}.sigstore`]: { content_type: provenance.mediaType, data: provenance.text, length: provenance.text.length } }),
    },
  };
}

const encoded = (bytes: Uint8Array): { readonly data: string; readonly length: number } => ({ data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'), length: bytes.length });

function signatureOf({ name, version, integrity, manifest }: PackedPackage, { key, endorsed, now }: Pick<Publication, 'key' | 'endorsed' | 'now'>): object {
  const envelope = signRelease({ name, version, integrity, manifest, created: now.toISOString() }, key);
  const endorsement = endorsed && signKeyChange({ owner: endorsed.account, to: key.public, created: now }, endorsed.by);
  return { envelope, ...(endorsement && { endorsement }), key: key.public.hex };
}
