import type { IncidentRecord } from '@byoml/core/state';
import { bold, dim } from './colour.ts';

export const oneInText = (oneIn: number): string => `1 in ${Math.round(oneIn).toLocaleString('en-US')}`;

/** One incident of a queue: who, how odd, in words. */
export const incidentText = ({ id, rank, kind, entity, oneIn, sentence, status }: IncidentRecord): string =>
  [`${String(rank ?? '·').padStart(3)}  ${bold(entity)}  ${dim([kind === 'source' ? 'source host' : 'account', `${oneInText(oneIn)} incidents is as odd`, id, ...(status === 'closed' ? ['closed'] : [])].join(' · '))}`, `     ${sentence}`].join('\n');
