import type { PublishEvent } from '../log/event.ts';
import { parseAuthorSignature } from './author-signature.ts';
import type { Card } from './card.ts';
import type { PluginContent } from './package-content.ts';

/** What a card is made from, and nothing else. */
export interface CardSources {
  readonly event: PublishEvent;
  readonly plugin: PluginContent;
  /** The blob of the author's signature; undefined when the author did not sign. */
  readonly signature: Uint8Array | undefined;
  /** The blob of the sigstore bundle; undefined for none. */
  readonly provenance: Uint8Array | undefined;
}

/** The same sources give the same bytes. */
export function madeCard({ event, plugin: { digest, manifest }, signature, provenance }: CardSources): Uint8Array {
  const components = manifest?.components ?? [];
  const author = signature && parseAuthorSignature(signature);
  const card: Card = {
    format: 1,
    name: event.name,
    version: event.version,
    integrity: event.integrity,
    size: event.size,
    publisher: event.by,
    published: event.time,
    manifest: digest,
    capabilities: manifest?.capabilities ?? {},
    components: components.map(({ kind, id, summary }) => ({ kind, id, summary })),
    attack: [...new Set(components.flatMap((component) => (component.kind === 'rule-template' ? component.attack : [])))].sort(),
    author: author ? { key: author.key, envelope: author.envelope, ...(author.endorsement !== undefined && { endorsement: author.endorsement }) } : null,
    provenance: provenance ? (JSON.parse(new TextDecoder().decode(provenance)) as unknown) : null,
  };
  return new TextEncoder().encode(JSON.stringify(card));
}
