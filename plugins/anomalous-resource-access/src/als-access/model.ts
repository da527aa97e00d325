import { batch, type coldColumns, dictionaryColumn, scopeFolder, statuses, type Batch, type Column, type Explanation, type Model, type ModelFiles, type Run, type ScoreColumns } from '@byoml/core';
import { pacer } from '../graph/pacer.ts';
import { rowsByScope } from '../graph/pairs.ts';
import type { AlsColumns } from './columns.ts';
import { explainPair } from './explain.ts';
import { encodeFactorisation } from './factorisation-file.ts';
import type { Factorisation, FittedGroup } from './factorisation.ts';
import type { Settings } from './settings.ts';
import { answerOf, unknownScope, type Answer } from './surprises.ts';

/** Everything that scores the rows of one scope. */
interface Place {
  readonly factorisation: Factorisation;
  readonly group: FittedGroup;
}

export class AlsModel implements Model<AlsColumns, typeof coldColumns> {
  readonly #settings: Settings;
  readonly #factorisations: readonly Factorisation[];
  readonly #places = new Map<string, Place>();

  constructor(settings: Settings, factorisations: readonly Factorisation[]) {
    this.#settings = settings;
    this.#factorisations = factorisations;
    for (const factorisation of factorisations) for (const group of factorisation.groups) this.#places.set(group.scope, { factorisation, group });
  }

  async score(rows: Batch<AlsColumns>, run: Run): Promise<Batch<typeof coldColumns & ScoreColumns>> {
    const pace = pacer(run);
    const surprise = new Float64Array(rows.length);
    const coldSurprise = new Float64Array(rows.length);
    const status = new Int32Array(rows.length);
    for (const [scope, members] of rowsByScope(rows)) {
      const answer = this.#answers(scope, rows, members);
      for (const [i, row] of members.entries()) {
        ({ surprise: surprise[row], coldSurprise: coldSurprise[row], status: status[row] } = answer(i));
        if ((i & 1023) === 0 && pace.due()) await pace.turn();
      }
    }
    return batch<typeof coldColumns & ScoreColumns>({ surprise, coldSurprise, status: dictionaryColumn(status, statuses) as never });
  }

  async explain(rows: Batch<AlsColumns>, run: Run): Promise<readonly Explanation[]> {
    const pace = pacer(run);
    const { user, resource, scope } = rows.columns;
    const explanations: Explanation[] = [];
    for (let row = 0; row < rows.length; row++) {
      const pair = { user: user.at(row) ?? '', resource: resource.at(row) ?? '' };
      explanations.push(explainPair(this.#places.get((scope as Column<string> | undefined)?.at(row) ?? ''), pair, this.#settings));
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

  #answers(scope: string, { columns }: Batch<AlsColumns>, members: Int32Array): (i: number) => Answer {
    const place = this.#places.get(scope);
    if (place === undefined) return () => unknownScope;
    const { factorisation, group } = place;
    const users = group.users.ids(columns.user, members);
    const resources = group.resources.ids(columns.resource, members);
    return (i) => this.#answer(factorisation, group, placed(users[i] as number, group.firstUser), placed(resources[i] as number, group.firstResource));
  }

  #answer(factorisation: Factorisation, group: FittedGroup, user: number, resource: number): Answer {
    const answer = answerOf(factorisation, group, user, resource);
    return this.#settings.preserveHistory && factorisation.inHistory(user, resource) ? { ...answer, surprise: 0 } : answer;
  }
}

const placed = (id: number, first: number): number => (id < 0 ? -1 : first + id);
