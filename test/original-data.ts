import { rows } from '@byoml/core';
import { randomFrom } from '@byoml/core/random';
import { cybermlSample, type SampleTable } from '@byoml/core/samples';
import { moment } from './small-workspace.ts';

const dayMs = 86_400_000;

export interface Pair {
  readonly user: string;
  readonly resource: string;
}
const pairsOf = (table: SampleTable): Pair[] => [...rows(table)].map(({ user, resource }) => ({ user: String(user), resource: String(resource) }));
const sample = cybermlSample('default');

/** As the original names them: `Account` and `ShareName`. */
const named = ({ user, resource }: Pair): Pair => ({ user: `CORP\\${user}`, resource: `\\\\*\\${resource}` });

/** Some events per pair of the sample, on some of 20 days. Generated, not captured. */
const accessesOf = (pairs: readonly Pair[]): Array<Pair & { readonly at: Date }> => {
  const random = randomFrom(19);
  return pairs.flatMap((pair) => {
    const [first, span] = [random.below(10), random.below(10)];
    return Array.from({ length: 1 + random.below(12) }, () => ({ ...pair, at: new Date(moment(first + random.below(span + 1)).getTime() + random.below(dayMs)) }));
  });
};
const accesses = accessesOf(pairsOf(sample.train));
export const records = accesses.map(({ user, resource, at }) => ({ EventID: '5140', Account: `CORP\\${user}`, SubjectUserName: user, SubjectDomainName: 'CORP', Computer: 'FS1', ShareName: `\\\\*\\${resource}`, IpAddress: '10.0.0.1', at: at.toISOString() }));
export const machines = accesses.slice(0, 40).map(({ at }, i) => ({ EventID: '5140', SubjectUserName: `PC${i}$`, SubjectDomainName: 'CORP', Computer: 'FS1', ShareName: String.raw`\\*\SYSVOL`, at: at.toISOString() }));

/** The likelihood of the original's training notebook: Σ count / (1 + days from the first to the last access). */
export function likelihoods(): Array<Pair & { readonly count: number }> {
  const byPair = Map.groupBy(accesses, ({ user, resource }) => `${user} ${resource}`);
  return [...byPair.values()].map((of) => {
    const days = of.map(({ at }) => Math.floor(at.getTime() / dayMs));
    return { ...named(of[0] as Pair), count: of.length / (1 + Math.max(...days) - Math.min(...days)) };
  });
}

const [intra, inter] = [pairsOf(sample.intra), pairsOf(sample.inter)];
/** Accesses to score, as the original names them: first those within a department, then those of others. */
export const asked: readonly Pair[] = [...intra, ...inter].map(named);
/** How many of `asked` are within a department. */
export const intraCount = intra.length;
