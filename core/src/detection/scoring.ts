import type { Model } from '../contracts/algorithm.ts';
import type { Batch, Batches } from '../contracts/columns.ts';
import type { Run } from '../contracts/run.ts';
import type { AlgorithmComponent } from './component.ts';
import { guarded } from './guard.ts';
import { checkedScores, type Scores } from './scores.ts';
import { turn } from './turn.ts';

/** A model of a component and which of its two ways of scoring is meant; `score` when absent. */
export interface Scorer {
  readonly component: AlgorithmComponent;
  readonly model: Model;
  readonly method?: 'score' | 'scoreErased';
}

export interface ScoredBatch extends Scores {
  readonly batch: Batch;
  /** Rows before this batch. */
  readonly offset: number;
}

/** Scores batch by batch and checks every answer. Progress counts rows; a model's own progress is not passed on. */
export async function* scoreBatches(scorer: Scorer, batches: Batches, run: Run): AsyncGenerator<ScoredBatch> {
  const quiet: Run = { ...run, progress: () => {} };
  let offset = 0;
  for await (const batch of batches) {
    await turn(run);
    if (batch.length === 0) continue;
    yield { ...(await scoreBatch(scorer, batch, quiet, offset)), batch, offset };
    offset += batch.length;
    run.progress({ done: offset, unit: 'rows' });
  }
}

/** One batch, checked; `offset` only serves messages. */
export async function scoreBatch({ component, model, method = 'score' }: Scorer, batch: Batch, run: Run, offset = 0): Promise<Scores> {
  const { address, capabilities } = component;
  const answer = await guarded(address, capabilities, (inner) => (method === 'score' ? model.score(batch, inner) : model.scoreErased?.(batch, inner)), run);
  return checkedScores(component, batch, answer, offset);
}
