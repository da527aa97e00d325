import type { Explanation } from '@byoml/core';
import type { AccessGraph } from '../graph/access-graph.ts';
import { erasedUserDegree } from '../graph/erased-degrees.ts';
import type { ScopeModel, Task } from '../graph/family.ts';
import { explainLift } from './explain.ts';
import { groupsOf } from './ladder.ts';
import { encodeLevels, levelsFile } from './level-file.ts';
import type { PeerLift } from './lift.ts';

/** What peer-lift knows of one scope. */
export class PeerScope implements ScopeModel {
  readonly graph: AccessGraph;
  readonly lift: PeerLift;

  constructor(lift: PeerLift) {
    this.graph = lift.graph;
    this.lift = lift;
  }

  async scores(task: Task): Promise<readonly Float64Array[]> {
    return [this.surprises(task)];
  }

  surprises({ pairs, batch, rows }: Task): Float64Array {
    const groups = groupsOf(this.lift.levels, batch, rows, pairs.users);
    return this.lift.surprises(pairs, groups, (i) => erasedUserDegree(this.graph, pairs, i));
  }

  async explain(task: Task, i: number): Promise<Explanation> {
    return explainLift(this.lift, task, i, 'surprise');
  }

  files(): ReadonlyArray<readonly [string, Uint8Array]> {
    return [[levelsFile, encodeLevels(this.lift.levels)]];
  }

  *memberships(): ReturnType<ScopeModel['memberships']> & Generator {
    for (const { name: level, groups, members, days } of this.lift.levels) {
      for (let user = 0; user < members.length; user++) {
        if ((members[user] as number) >= 0) yield { level, user, group: groups.texts[members[user] as number] as string, day: days[user] as number };
      }
    }
  }
}
