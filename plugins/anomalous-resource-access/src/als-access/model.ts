import { batch, type coldColumns, dictionaryColumn, scopeFolder, statuses, type Batch, type Batches, type Column, type Explanation, type Model, type ModelFiles, type Run, type ScoreColumns } from '@byoml/core';
import { pacer, type Pacer } from '../graph/pacer.ts';
import { rowsByScope } from '../graph/pairs.ts';
import type { AlsColumns } from './columns.ts';
import { coldExplanation, Explainer } from './explain.ts';
import { encodeFactorisation } from './factorisation-file.ts';
import { placed, type Factorisation, type FittedGroup } from './factorisation.ts';
import type { Settings } from './settings.ts';
import { newBoth, rarity, surpriseOf } from './surprises.ts';

/** Everything that scores the rows of one scope. */
interface Place {
  readonly factorisation: Factorisation;
  readonly group: FittedGroup;
}

/** Answers by row. Before they are filled, those of a scope that training did not have. */
interface Filled {
  readonly surprise: Float64Array;
  readonly coldSurprise: Float64Array;
  readonly status: Int32Array;
}

type Learn = (data: Batches<AlsColumns>, run: Run, chosen: readonly Factorisation[]) => Promise<AlsModel>;

export class AlsModel implements Model<AlsColumns, typeof coldColumns> {
  readonly #settings: Settings;
  readonly #factorisations: readonly Factorisation[];
  readonly #places = new Map<string, Place>();
  readonly #learn: Learn;

  /** `learn` makes a model of data alone, with the ranks of the given factorisations. */
  constructor(settings: Settings, factorisations: readonly Factorisation[], learn: Learn) {
    this.#settings = settings;
    this.#learn = learn;
    this.#factorisations = factorisations;
    for (const factorisation of factorisations) for (const group of factorisation.groups) this.#places.set(group.scope, { factorisation, group });
  }

  refit(data: Batches<AlsColumns>, run: Run): Promise<AlsModel> {
    return this.#learn(data, run, this.#factorisations);
  }

  async score(rows: Batch<AlsColumns>, run: Run): Promise<Batch<typeof coldColumns & ScoreColumns>> {
    const pace = pacer(run);
    const scores = { surprise: new Float64Array(rows.length), coldSurprise: new Float64Array(rows.length).fill(rarity(0, 0)), status: new Int32Array(rows.length).fill(newBoth) };
    for (const [scope, members] of rowsByScope(rows)) {
      const place = this.#places.get(scope);
      if (place !== undefined) await this.#fill(scores, place, rows, members, pace);
    }
    const { surprise, coldSurprise, status } = scores;
    return batch<typeof coldColumns & ScoreColumns>({ surprise, coldSurprise, status: dictionaryColumn(status, statuses) as never });
  }

  async explain(rows: Batch<AlsColumns>, run: Run): Promise<readonly Explanation[]> {
    const pace = pacer(run);
    const explainers = new Map(this.#factorisations.map((factorisation) => [factorisation, new Explainer(factorisation, this.#settings)]));
    const { user, resource, scope } = rows.columns;
    const explanations: Explanation[] = [];
    for (let row = 0; row < rows.length; row++) {
      const pair = { user: user.at(row) ?? '', resource: resource.at(row) ?? '' };
      const place = this.#places.get((scope as Column<string> | undefined)?.at(row) ?? '');
      explanations.push(place === undefined ? coldExplanation(pair, 'new-both', 0, 0) : (explainers.get(place.factorisation) as Explainer).explain(place.group, pair));
      if (pace.due()) await pace.turn();
    }
    return explanations;
  }

  async save(to: ModelFiles): Promise<void> {
    for (const factorisation of this.#factorisations) {
      const [group] = factorisation.groups;
      const folder = this.#settings.separateScopes && group ? `scopes/${scopeFolder(group.scope)}` : 'joint';
      await to.write(`${folder}/als.bin`, encodeFactorisation(factorisation));
    }
  }

  async #fill(scores: Filled, { factorisation, group }: Place, { columns }: Batch<AlsColumns>, members: Int32Array, pace: Pacer): Promise<void> {
    const users = group.users.ids(columns.user, members);
    const resources = group.resources.ids(columns.resource, members);
    for (let i = 0; i < members.length; i++) {
      const row = members[i] as number;
      const user = placed(users[i] as number, group.firstUser);
      const resource = placed(resources[i] as number, group.firstResource);
      const status = factorisation.statusOf(user, resource);
      const preserved = this.#settings.preserveHistory && factorisation.inHistory(user, resource);
      scores.status[row] = status;
      scores.surprise[row] = preserved ? 0 : surpriseOf(factorisation, group, user, resource, status);
      scores.coldSurprise[row] = rarity(factorisation.usersOf(resource), group.trainedUsers);
      if ((i & 1023) === 1023 && pace.due()) await pace.turn();
    }
  }
}
