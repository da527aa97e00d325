import type { Batches, Run } from '@byoml/core';
import { undated } from './accesses.ts';
import { graphOf } from './build-graph.ts';
import { Collection, type ScopeRows } from './collect.ts';
import { directoryLevels } from './directory.ts';
import type { Family, ScopeModel, Scopes } from './family.ts';
import { pacer } from './pacer.ts';

/** Adds `data` to what is known; scopes it does not touch stay as they are, and a scope keeps the settings it chose itself. Old weights decay to the new last day (settled 7). */
export const learn = <S extends ScopeModel>(family: Family<S>, known: Scopes<S>, data: Batches, run: Run): Promise<Scopes<S>> => learned(family, { known, chosen: known }, data, run);

/** What `data` alone tells; a scope keeps the settings it chose itself. */
export const relearn = <S extends ScopeModel>(family: Family<S>, chosen: Scopes<S>, data: Batches, run: Run): Promise<Scopes<S>> => learned(family, { known: new Map(), chosen }, data, run);

interface Before<S> {
  /** Whose accesses stay. */
  readonly known: Scopes<S>;
  /** Whose settings stay. */
  readonly chosen: Scopes<S>;
}

async function learned<S extends ScopeModel>(family: Family<S>, { known, chosen }: Before<S>, data: Batches, run: Run): Promise<Scopes<S>> {
  const collection = new Collection();
  await collection.read(data, run);
  const scopes = new Map(known);
  const touched = collection.scopes();
  const pace = pacer(run);
  for (const [done, [name, rows]] of touched.entries()) {
    const previous = known.get(name);
    if (previous !== undefined) carryOver(previous, rows, collection);
    const { accesses } = rows;
    const weights = accesses.weights(family.halfLifeDays);
    const pairs = { users: accesses.pairs.users(), resources: accesses.pairs.resources(), weights, userTexts: collection.users.texts, resourceTexts: collection.resources.texts };
    const graph = graphOf(pairs, accesses.lastDay === undated ? null : accesses.lastDay);
    await pace.turn();
    scopes.set(name, await family.fit({ accesses, directory: rows.directory, graph, collection }, run, chosen.get(name)));
    run.progress({ done: done + 1, total: touched.length, unit: 'scopes' });
    if (pace.due()) await pace.turn();
  }
  return new Map([...scopes].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Puts a scope's graph among new rows, as if its weights had been counted on its last day. */
function carryOver(previous: ScopeModel, { accesses, directory }: ScopeRows, { users, resources }: Collection): void {
  const { graph } = previous;
  accesses.reach(graph.day ?? undated);
  const { starts, columns } = graph.byUser;
  const userCodes = graph.users.texts.map((text) => users.code(text));
  const resourceCodes = graph.resources.texts.map((text) => resources.code(text));
  for (let user = 0; user < graph.users.size; user++) {
    for (let e = starts[user] as number; e < (starts[user + 1] as number); e++) {
      accesses.add(userCodes[user] as number, resourceCodes[columns[e] as number] as number, graph.a[e] as number, graph.day ?? undated);
    }
  }
  for (const { level, user, group, day } of previous.memberships()) if (directoryLevels.includes(level)) directory.set(level, userCodes[user] as number, group, day);
}
