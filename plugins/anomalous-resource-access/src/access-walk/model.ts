import { batch, dictionaryColumn, scopeFolder, statuses, type AccessColumns, type Batch, type Model, type ModelFiles, type Run, type ScoreColumns } from '@byoml/core';
import { AccessGraph } from '../graph/access-graph.ts';
import { encodeGraph } from '../graph/graph-file.ts';
import { pacer } from '../graph/pacer.ts';
import { pairsOf, rowsByScope } from '../graph/pairs.ts';
import { erasedStatusOf, statusOf } from '../graph/status.ts';
import { Names } from '../graph/names.ts';
import { WalkScope } from './scope.ts';
import type { Settings } from './settings.ts';

const nobody = { starts: new Int32Array(1), columns: new Int32Array(0), values: new Float64Array(0) };
/** What is known of a scope that training did not have. */
const unknownScope = new WalkScope(new AccessGraph(new Names([]), new Names([]), nobody, null), 0.5, 0);

export class AccessWalkModel implements Model<AccessColumns> {
  readonly #settings: Settings;
  readonly #scopes: ReadonlyMap<string, WalkScope>;

  constructor(settings: Settings, scopes: ReadonlyMap<string, WalkScope>) {
    this.#settings = settings;
    this.#scopes = scopes;
  }

  score(rows: Batch<AccessColumns>, run: Run): Promise<Batch<ScoreColumns>> {
    return this.#score(rows, run, statusOf);
  }

  scoreErased(rows: Batch<AccessColumns>, run: Run): Promise<Batch<ScoreColumns>> {
    return this.#score(rows, run, erasedStatusOf);
  }

  async save(to: ModelFiles): Promise<void> {
    for (const [name, { graph, b }] of this.#scopes) {
      const folder = `scopes/${scopeFolder(name)}`;
      await to.write(`${folder}/graph.bin`, encodeGraph(name, graph));
      await to.write(`${folder}/walk.json`, new TextEncoder().encode(`${JSON.stringify({ b })}\n`));
    }
  }

  async #score(rows: Batch<AccessColumns>, run: Run, statusIn: typeof statusOf): Promise<Batch<ScoreColumns>> {
    const pace = pacer(run);
    const surprise = new Float64Array(rows.length);
    const status = new Int32Array(rows.length);
    for (const [name, members] of rowsByScope(rows)) {
      const scope = this.#scopes.get(name) ?? unknownScope;
      const pairs = pairsOf(scope.graph, rows, members);
      const surprises = await scope.surprises(pairs, pace);
      members.forEach((row, i) => {
        surprise[row] = surprises[i] as number;
        status[row] = statusIn(scope.graph, pairs.users[i] as number, pairs.resources[i] as number);
      });
    }
    return batch<ScoreColumns>({ surprise, status: dictionaryColumn(status, statuses) as never });
  }
}
