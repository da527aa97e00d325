import { cardKey, cardSchema, type Card } from '../npm/card.ts';
import { parseJson } from '../trust/json.ts';
import { refusal } from '../trust/refusal.ts';
import { parsed } from '../trust/schema.ts';
import type { RegistrySession } from './registry-session.ts';
import type { SignedPackument } from './signed-packument.ts';

const largest = 4 << 20;

/** The signed card of a version, in agreement with the signed packument. Throws TRUST_REFUSED. */
export async function verifiedCard(session: RegistrySession, packument: SignedPackument, version: string): Promise<Card> {
  const { name } = packument;
  const key = cardKey(name, version);
  const bytes = await session.signed(key, largest);
  if (!bytes) throw refusal(key, 'the registry has signed no card of this version');
  const card = parsed(cardSchema, parseJson(bytes, key, largest), key);
  if (card.name !== name || card.version !== version) throw refusal(key, `it is about ${card.name}@${card.version}`);
  const said = packument.versions[version]?.dist.integrity;
  if (card.integrity !== said) throw refusal(key, `it is about the bytes ${card.integrity}, the packument about ${said}`);
  return card;
}
