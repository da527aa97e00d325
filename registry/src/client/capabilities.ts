import type { Capabilities } from './plugins-lock.ts';

/** What a plugin asks for beyond what was agreed to, one text each, such as `hosts: api.example.com` or `wallMs: 60000`. */
export function addedCapabilities(asked: Capabilities, agreed: Capabilities | undefined): readonly string[] {
  const lists = (['read', 'hosts', 'env'] as const).flatMap((kind) => (asked[kind] ?? []).filter((word) => !agreed?.[kind]?.includes(word)).map((word) => `${kind}: ${word}`));
  const limits = (['wallMs', 'memoryMb'] as const).flatMap((kind) => {
    const [wanted, given] = [asked[kind], agreed?.[kind]];
    if (wanted === undefined || (agreed && (given === undefined ? false : wanted <= given))) return [];
    return [`${kind}: ${wanted}`];
  });
  return [...lists, ...limits];
}
