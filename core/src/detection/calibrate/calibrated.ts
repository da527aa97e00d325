import type { Batch, Column } from '../../contracts/columns.ts';
import { dictionary } from '../../contracts/dictionary.ts';
import type { Scores } from '../scores.ts';
import { classOfStatus, knownStatus } from '../status-class.ts';
import type { Calibration } from './calibration.ts';
import type { Ranking } from './ranking.ts';

type ScopeColumn = Readonly<Record<string, Column<string> | undefined>>;

/**
 * The p-value of every row of a batch, in (0, 1], within its scope and its class of status. A `known` row of a new-pairs
 * algorithm is no candidate: it is not compared with anything and has p = 1, so its score is 0.
 */
export function pValues(calibration: Calibration, population: 'new-pairs' | 'all', { columns }: Batch, { length, status, surprise, coldSurprise }: Scores): Float64Array {
  const rankings = rankingsOf(calibration, (columns as ScopeColumn)['scope']);
  const p = new Float64Array(length).fill(1);
  for (let row = 0; row < length; row++) {
    const code = status[row] as number;
    if (code === knownStatus && population === 'new-pairs') continue;
    p[row] = rankings(row).p(classOfStatus[code] as number, surprise[row] as number, coldSurprise?.[row] ?? Number.NaN);
  }
  return p;
}

/** How many calibration candidates a row of the batch is compared with: what its p-value speaks of. */
export const comparedWith = (calibration: Calibration, { columns }: Batch, { status }: Scores, row: number): number =>
  rankingsOf(calibration, (columns as ScopeColumn)['scope'])(row).ascending(classOfStatus[status[row] as number] as number).length;

function rankingsOf(calibration: Calibration, scope: Column<string> | undefined): (row: number) => Ranking {
  const only = calibration.of('');
  if (!scope) return () => only;
  const { codes, dictionary: names } = dictionary(scope);
  const met = new Map<number, Ranking>();
  return (row) => {
    const code = codes[row] as number;
    const ranking = met.get(code) ?? calibration.of(names[code] ?? '');
    met.set(code, ranking);
    return ranking;
  };
}
