import type { Ranked } from '../demo/ranking.ts';
import { bold, dim } from './colour.ts';

const rarity = (pValue: number | null): string => (pValue === null ? '' : `1 in ${Math.round(1 / pValue).toLocaleString('en-US')}`);

/** A ranked list: who reached what, how rare that is, and why. */
export const rankingText = (ranked: readonly Ranked[]): string =>
  ranked
    .map(({ rank, user, resource, pValue, status, sentence }) => `${String(rank).padStart(3)}  ${bold(user)} → ${bold(resource)}  ${dim([rarity(pValue), status].filter(Boolean).join(' · '))}\n     ${sentence}`)
    .join('\n');
