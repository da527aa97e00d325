import { batch, dictionaryColumn, scopeFolder, statuses, type Algorithm, type Batch, type Batches, type Explanation, type Model, type ModelFiles, type Run, type ScoreColumns } from '@byoml/core';
import type { Family, ScopeModel, Scopes, Task } from './family.ts';
import { encodeGraph } from './graph-file.ts';
import { learn, relearn } from './learn.ts';
import { pacer } from './pacer.ts';
import { pairsOf, rowsByScope } from './pairs.ts';
import { readScopes } from './scope-files.ts';
import { erasedStatusOf, statusOf } from './status.ts';

export const scopedAlgorithm = <S extends ScopeModel>(family: Family<S>): Algorithm => ({
  fit: async (data, run) => new ScopedModel(family, await learn(family, new Map(), data, run)),
  load: async (files) => new ScopedModel(family, await readScopes(files, family.files, (graph, read) => family.load(graph, read))),
});

class ScopedModel<S extends ScopeModel> implements Model {
  readonly #family: Family<S>;
  readonly #scopes: Scopes<S>;

  constructor(family: Family<S>, scopes: Scopes<S>) {
    this.#family = family;
    this.#scopes = scopes;
  }

  /** What is known of a scope. */
  scope(name: string): S {
    return this.#scopes.get(name) ?? this.#family.unknown;
  }

  score(rows: Batch, run: Run): Promise<Batch<ScoreColumns>> {
    return this.#score(rows, run, statusOf);
  }

  scoreErased(rows: Batch, run: Run): Promise<Batch<ScoreColumns>> {
    return this.#score(rows, run, erasedStatusOf);
  }

  async explain(rows: Batch, run: Run): Promise<readonly Explanation[]> {
    const pace = pacer(run);
    const explanations: Explanation[] = [];
    for (const [scope, task] of this.#tasks(rows)) {
      for (let i = 0; i < task.rows.length; i++) {
        explanations[task.rows[i] as number] = await scope.explain(task, i);
        if (pace.due()) await pace.turn();
      }
    }
    return explanations;
  }

  async refit(data: Batches, run: Run): Promise<Model> {
    return new ScopedModel(this.#family, await relearn(this.#family, this.#scopes, data, run));
  }

  async update(data: Batches, run: Run): Promise<Model> {
    return new ScopedModel(this.#family, await learn(this.#family, this.#scopes, data, run));
  }

  async save(to: ModelFiles, run: Run): Promise<void> {
    for (const [name, scope] of this.#scopes) {
      run.signal.throwIfAborted();
      const folder = `scopes/${scopeFolder(name)}`;
      await to.write(`${folder}/graph.bin`, encodeGraph(name, scope.graph));
      for (const [file, bytes] of scope.files()) await to.write(`${folder}/${file}`, bytes);
    }
  }

  *#tasks(batch: Batch): Iterable<readonly [S, Task]> {
    for (const [name, rows] of rowsByScope(batch)) {
      const scope = this.scope(name);
      yield [scope, { pairs: pairsOf(scope.graph, batch, rows), batch, rows }];
    }
  }

  async #score(rows: Batch, run: Run, statusIn: typeof statusOf): Promise<Batch<ScoreColumns>> {
    const pace = pacer(run);
    const columns = this.#family.columns.map(() => new Float64Array(rows.length));
    const status = new Int32Array(rows.length);
    for (const [scope, task] of this.#tasks(rows)) {
      const scores = await scope.scores(task, pace);
      task.rows.forEach((row, i) => (status[row] = statusIn(scope.graph, task.pairs, i)));
      columns.forEach((column, c) => task.rows.forEach((row, i) => (column[row] = (scores[c] as Float64Array)[i] as number)));
    }
    const named = Object.fromEntries(this.#family.columns.map((name, c) => [name, columns[c]]));
    return batch({ ...named, status: dictionaryColumn(status, statuses) } as never) as unknown as Batch<ScoreColumns>;
  }
}
