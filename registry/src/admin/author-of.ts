import type { PublishEvent } from '../log/event.ts';
import { parseAuthorSignature, type AuthorSignature } from '../npm/author-signature.ts';
import type { PluginContent } from '../npm/package-content.ts';
import { verifyRelease } from '../trust/author/release.ts';
import { publicKey } from '../trust/keys.ts';
import { refusal } from '../trust/refusal.ts';

/** The author's signature over a version, verified with the key that came along; undefined when the author did not sign. Throws TRUST_REFUSED, REQUEST_INVALID. */
export function authorOf({ event, plugin, signature }: { readonly event: PublishEvent; readonly plugin: PluginContent; readonly signature: Uint8Array | undefined }): AuthorSignature | undefined {
  if (!signature) return undefined;
  const { name, version, integrity, signer } = event;
  const author = parseAuthorSignature(signature);
  if (author.key !== signer) throw refusal(`signature of ${name}@${version}`, `it is of key ${author.key}, the log says ${signer}`);
  verifyRelease(author.envelope, { name, version, integrity, manifest: plugin.digest }, [publicKey(author.key)]);
  return author;
}
