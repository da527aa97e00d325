import { statuses, type Explanation, type Reason, type Term } from '@byoml/core';
import { placed, type Factorisation, type FittedGroup } from './factorisation.ts';
import { LeastSquares, sideOf, type Side } from './least-squares.ts';
import type { Settings } from './settings.ts';
import { rarity } from './surprises.ts';

/** A pair by its names. */
export interface NamedPair {
  readonly user: string;
  readonly resource: string;
}

/** Explains pairs of one factorisation; what all pairs need is made once. */
export class Explainer {
  readonly #factorisation: Factorisation;
  readonly #preserveHistory: boolean;
  readonly #side: Side;
  readonly #squares: LeastSquares;

  constructor(factorisation: Factorisation, settings: Settings) {
    this.#factorisation = factorisation;
    this.#preserveHistory = settings.preserveHistory;
    this.#side = sideOf(factorisation.matrix.cells, settings);
    this.#squares = new LeastSquares(factorisation.factors.rank, settings.regularization);
    this.#squares.fix(factorisation.factors.resources, settings.implicit);
  }

  /**
   * Hot rows: x_u·y_r as a sum over the user's own accesses. x_u solves A_u x = Σ t_i·y_i on the factors it uses, so
   * x_u·y_r = Σ_i t_i·(y_i·A_u⁻¹·y_r) exactly (Hu, Koren, Volinsky 2008, §5). Cold rows: the rarity that orders them.
   */
  explain(group: FittedGroup, pair: NamedPair): Explanation {
    const user = placed(group.users.id(pair.user), group.firstUser);
    const resource = placed(group.resources.id(pair.resource), group.firstResource);
    if (this.#preserveHistory && this.#factorisation.inHistory(user, resource)) return historyExplanation(pair);
    const status = statuses[this.#factorisation.statusOf(user, resource)] as string;
    if (status === 'known' || status === 'scored') return hotExplanation(pair, this.#terms(group, user, resource), group);
    return coldExplanation(pair, status, this.#factorisation.usersOf(resource), group.trainedUsers);
  }

  #terms({ resources, firstResource }: FittedGroup, user: number, resource: number): Term[] {
    const { matrix, factors } = this.#factorisation;
    const { starts, columns, targets } = this.#side;
    const { rank } = factors;
    const y = factors.resources.slice(resource * rank, (resource + 1) * rank);
    const x = factors.users.slice(user * rank, (user + 1) * rank);
    const z = this.#squares.influence(this.#side, factors.resources, user, x, y);
    const terms: Term[] = [];
    for (let cell = starts[user] as number; cell < (starts[user + 1] as number); cell++) {
      const column = columns[cell] as number;
      const share = z.reduce((sum, value, p) => sum + value * (factors.resources[column * rank + p] as number), 0);
      const name = resources.texts[column - firstResource] as string;
      terms.push({ from: { [matrix.observed[cell] === 1 ? 'access' : 'drawnNegative']: name }, value: (targets[cell] as number) * share });
    }
    return terms;
  }
}

const decimals = (value: number): string => value.toFixed(3);

function hotExplanation({ user, resource }: NamedPair, terms: readonly Term[], { scale }: FittedGroup): Explanation {
  const total = terms.reduce((sum, { value }) => sum + value, 0);
  const strongest = terms.filter(({ value, from }) => value > 0 && 'access' in from).toSorted((a, b) => b.value - a.value).slice(0, 3);
  const names = strongest.map(({ from }) => from['access'] as string);
  const reasons: Reason[] = [
    {
      kind: 'usual-accesses',
      sentence: `Accesses of this scope fit ${decimals(scale.mean)} on average, give or take ${decimals(scale.deviation)}.`,
      facts: { mean: scale.mean, deviation: scale.deviation, ceiling: scale.mean / scale.deviation },
    },
  ];
  if (names.length > 0) reasons.unshift({ kind: 'shared-resource', sentence: `What speaks most for it: ${user} uses ${names.join(', ')}.`, facts: { resources: names } });
  const sentence = `${user} fits ${resource} by ${decimals(total)}, while accesses of this scope fit ${decimals(scale.mean)} on average.`;
  return { explains: 'surprise', exact: true, quantity: 'x·y', total, terms, reasons, sentence };
}

const cause: Readonly<Record<string, string>> = {
  'new-user': 'the user is not in the training data',
  'new-resource': 'the resource is not in the training data',
  'new-both': 'neither the user nor the resource is in the training data',
  unconnected: 'no path of accesses leads from the user to the resource',
};

/** Of a pair that factors say nothing about: `users` of `trainedUsers` use the resource. */
export function coldExplanation({ user, resource }: NamedPair, status: string, users: number, trainedUsers: number): Explanation {
  const total = rarity(users, trainedUsers);
  return {
    explains: 'coldSurprise',
    exact: true,
    quantity: '−ln((n + ½)/(N + 1))',
    total,
    terms: [{ from: { resource }, value: total }],
    reasons: [{ kind: 'no-path', sentence: `Factors say nothing here: ${cause[status]}.`, facts: { status, users, trainedUsers } }],
    sentence: `${user} and ${resource} cannot be compared, since ${cause[status]}; ${users} of ${trainedUsers} users use this resource.`,
  };
}

const historyExplanation = ({ user, resource }: NamedPair): Explanation => ({
  explains: 'surprise',
  exact: true,
  quantity: 'surprise',
  total: 0,
  terms: [],
  reasons: [{ kind: 'history', sentence: 'The pair is in the given history.', facts: {} }],
  sentence: `${user} and ${resource} are in the given history of known pairs.`,
});
