import type { Candidates } from './candidates.ts';
import { keyOf, type History } from './history.ts';

/** The rows of one account, or of one source host, on one day. */
export interface IncidentDraft {
  readonly kind: 'account' | 'source';
  readonly scope: string;
  /** The account or the host. */
  readonly entity: string;
  /** Places in the candidates, oddest first. */
  readonly places: readonly number[];
  /** Σ max(0, −ln p − ln 2) over its rows: what a row adds beyond a new access that is odder than half of all. */
  readonly score: number;
}

interface Group extends Pick<IncidentDraft, 'kind' | 'scope' | 'entity'> {
  readonly places: readonly number[];
}

/** What one row adds to its incident. */
const rowScore = (p: number): number => Math.max(0, -Math.log(p) - Math.LN2);

/** Accounts from one host make one incident from this many on; below, the host says nothing that its account does not. */
const fewestUsers = 2;

/**
 * Incidents of one day, the highest score first. A row belongs to one incident: the one with the highest score takes it, and
 * what is left of the others is scored again. A host counts only accounts that had not been at it before, so that a shared
 * address (a VPN pool, a terminal server) does not gather everybody's new accesses. Rows that `isOut` names are as if they were not there.
 */
export function incidentsOf(history: History, { rows }: Candidates, p: Float64Array, wasAtHost: (scope: string, user: string, host: string) => boolean, isOut: (place: number) => boolean = () => false): IncidentDraft[] {
  const groups = [...accountGroups(history, rows, isOut), ...sourceGroups(history, rows, wasAtHost, isOut)];
  const taken = new Uint8Array(rows.length);
  const waiting = groups.map((group) => draftOf(group, group.places, p)).filter(({ score }) => score > 0).sort(higherFirst);
  const chosen: IncidentDraft[] = [];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const left = next.places.filter((place) => taken[place] === 0);
    if (left.length < next.places.length) {
      const rest = draftOf(next, left, p);
      if (rest.score > 0 && isWhole(history, rows, rest)) insert(waiting, rest);
      continue;
    }
    chosen.push(next);
    for (const place of next.places) taken[place] = 1;
  }
  return chosen;
}

function draftOf({ kind, scope, entity }: Group, places: readonly number[], p: Float64Array): IncidentDraft {
  const counted = places.filter((place) => rowScore(p[place] as number) > 0).sort((a, b) => (p[a] as number) - (p[b] as number) || a - b);
  return { kind, scope, entity, places: counted, score: counted.reduce((sum, place) => sum + rowScore(p[place] as number), 0) };
}

const higherFirst = (a: IncidentDraft, b: IncidentDraft): number =>
  b.score - a.score || Number(a.kind === 'source') - Number(b.kind === 'source') || (a.scope + a.entity < b.scope + b.entity ? -1 : 1);

function insert(sorted: IncidentDraft[], draft: IncidentDraft): void {
  const at = sorted.findIndex((other) => higherFirst(draft, other) < 0);
  sorted.splice(at < 0 ? sorted.length : at, 0, draft);
}

/** Whether a host's incident still has accounts enough. */
const isWhole = (history: History, rows: Int32Array, { kind, places }: IncidentDraft): boolean =>
  kind === 'account' || new Set(places.map((place) => history.user(rows[place] as number))).size >= fewestUsers;

function accountGroups(history: History, rows: Int32Array, isOut: (place: number) => boolean): Group[] {
  return gathered(rows, isOut, (row) => [{ kind: 'account', scope: history.scope(row), entity: history.user(row) }]);
}

function sourceGroups(history: History, rows: Int32Array, wasAtHost: (scope: string, user: string, host: string) => boolean, isOut: (place: number) => boolean): Group[] {
  const groups = gathered(rows, isOut, (row) => {
    const [scope, user] = [history.scope(row), history.user(row)];
    return history.hosts(row).filter((host) => host !== '' && !wasAtHost(scope, user, host)).map((entity) => ({ kind: 'source', scope, entity }));
  });
  return groups.filter(({ places }) => new Set(places.map((place) => history.user(rows[place] as number))).size >= fewestUsers);
}

function gathered(rows: Int32Array, isOut: (place: number) => boolean, entitiesOf: (row: number) => ReadonlyArray<Omit<Group, 'places'>>): Group[] {
  const groups = new Map<string, { kind: Group['kind']; scope: string; entity: string; places: number[] }>();
  rows.forEach((row, place) => {
    if (isOut(place)) return;
    for (const { kind, scope, entity } of entitiesOf(row)) {
      const key = keyOf(scope, entity);
      const group = groups.get(key);
      if (group) group.places.push(place);
      else groups.set(key, { kind, scope, entity, places: [place] });
    }
  });
  return [...groups.values()];
}
