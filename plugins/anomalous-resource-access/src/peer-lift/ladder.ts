import { dictionary, type Batch, type Column } from '@byoml/core';
import type { AccessGraph } from '../graph/access-graph.ts';
import { undated } from '../graph/accesses.ts';
import { directoryLevels } from '../graph/directory.ts';
import type { ScopeInput } from '../graph/family.ts';
import { Names } from '../graph/names.ts';
import { communities } from './communities.ts';
import { Level } from './level.ts';

/** The ladder of a scope: the levels of its directory, or the communities of its graph when the rows name no groups. */
export function ladder(input: ScopeInput, seed: number): readonly Level[] {
  const levels = directoryLevels.map((name) => directoryLevel(name, input)).filter((level) => level !== undefined);
  return levels.length > 0 ? levels : [communityLevel(input.graph, seed)];
}

function directoryLevel(name: string, { graph, directory, collection }: ScopeInput): Level | undefined {
  const found = directory.members(name);
  if (found.size === 0) return undefined;
  const members = new Int32Array(graph.users.size).fill(-1);
  const days = new Int32Array(graph.users.size).fill(undated);
  const groups = new Names([...new Set(Array.from(found.values(), ({ group }) => group))].toSorted((a, b) => (a < b ? -1 : 1)));
  for (const [code, { group, day }] of found) {
    const user = graph.users.id(collection.users.texts[code] as string);
    if (user < 0) continue;
    members[user] = groups.id(group);
    days[user] = day;
  }
  return new Level(graph, { name, groups, members, days });
}

/** A community is named after the first of its users. */
function communityLevel(graph: AccessGraph, seed: number): Level {
  const members = communities(graph, seed);
  const names: string[] = [];
  members.forEach((community, user) => (names[community] ??= graph.users.texts[user] as string));
  return new Level(graph, { name: 'community', groups: new Names(names), members, days: new Int32Array(members.length).fill(undated) });
}

/** Per level, the group of each row's user: what the row itself says, else what training knew; −1 for none. */
export const groupsOf = (levels: readonly Level[], { columns }: Batch, rows: Int32Array, users: Int32Array): readonly Int32Array[] =>
  levels.map((level) => {
    const known = users.map((user) => (user < 0 ? -1 : (level.members[user] as number)));
    const column = (columns as Readonly<Record<string, Column<string> | undefined>>)[level.name];
    if (column === undefined) return known;
    const { codes, dictionary: texts } = dictionary(column);
    const named = level.groups.ids(column, rows);
    return named.map((group, i) => ((texts[codes[rows[i] as number] as number] ?? '') === '' ? (known[i] as number) : group));
  });
