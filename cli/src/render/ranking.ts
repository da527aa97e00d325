import type { Ranked } from '../demo/ranking.ts';
import { bold, dim } from './colour.ts';

const rarity = (pValue: number | null): string => (pValue === null || pValue > 0.67 ? '' : `1 in ${Math.round(1 / pValue).toLocaleString('en-US')}`);

const shownAlike = 3;

function also(alike: readonly string[]): string[] {
  if (alike.length === 0) return [];
  const more = alike.length - shownAlike;
  return [dim(`     and ${alike.length} more like it: ${alike.slice(0, shownAlike).join(', ')}${more > 0 ? ', …' : ''}`)];
}

const entry = ({ rank, user, resource, pValue, status, sentence, alike }: Ranked): string =>
  [`${String(rank).padStart(3)}  ${bold(user)} → ${bold(resource)}  ${dim([rarity(pValue), status].filter(Boolean).join(' · '))}`, `     ${sentence}`, ...also(alike)].join('\n');

/** A ranked list: who reached what, how rare that is among new accesses, and why. */
export const rankingText = (ranked: readonly Ranked[]): string => ranked.map(entry).join('\n');
