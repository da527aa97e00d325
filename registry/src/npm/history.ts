import { ByomlError } from '@byoml/core';
import { administrator } from '../accounts/account.ts';
import type { Event, LogEvent, PublishEvent } from '../log/event.ts';
import { EventLog } from '../log/event-log.ts';
import type { Head } from '../log/chain.ts';
import type { Storage } from '../storage/storage.ts';

/** What was decided about one name. */
export interface NameHistory {
  readonly events: readonly LogEvent[];
  readonly owners: readonly string[];
  /** Versions that were published, or begun, and not withdrawn. */
  readonly live: ReadonlySet<string>;
  /** Version → when it appears because somebody released it, as ISO 8601. */
  readonly released: ReadonlyMap<string, string>;
}

class Past implements NameHistory {
  readonly events: LogEvent[] = [];
  owners: readonly string[] = [];
  readonly live = new Set<string>();
  readonly released = new Map<string, string>();
  readonly #withdrawn = new Set<string>();

  add(event: LogEvent): void {
    this.events.push(event);
    if (event.kind === 'owners' || (event.kind === 'publish' && this.owners.length === 0)) this.owners = event.kind === 'owners' ? event.owners : [event.by];
    if (event.kind === 'publish' && !this.#withdrawn.has(event.version)) this.live.add(event.version);
    if (event.kind === 'release') this.released.set(event.version, event.visible);
    for (const version of event.kind === 'unpublish' ? event.versions : []) {
      this.live.delete(version);
      this.#withdrawn.add(version);
    }
  }
}

const nothing: NameHistory = { events: [], owners: [], live: new Set(), released: new Map() };

/** When a version appears, as ISO 8601; null while somebody has to release it. */
export const appearance = ({ released }: NameHistory, { version, state, visible, secondPerson }: PublishEvent): string | null =>
  released.get(version) ?? (state === 'PASSED' && !secondPerson ? visible : null);

/** What only the administrator may do, also to packages of others. */
const administrative: ReadonlySet<Event['kind']> = new Set(['release', 'yank', 'advisory', 'unpublish']);

/** The log by name. Every decision about a package is made here: with the rights as they are at that moment in the log. */
export class History {
  readonly #names = new Map<string, Past>();
  readonly #taken = new Map<string, readonly string[]>();
  /** Account → moments of its publications, the oldest first. */
  readonly #publications = new Map<string, number[]>();
  readonly #now: () => number;
  readonly #onEvent: (event: LogEvent) => void;
  #log!: EventLog;

  private constructor(now: () => number, onEvent: (event: LogEvent) => void) {
    this.#now = now;
    this.#onEvent = onEvent;
  }

  static async open(storage: Storage, { now, onEvent, signal }: { readonly now: () => number; readonly onEvent: (event: LogEvent) => void; readonly signal: AbortSignal }): Promise<History> {
    const history = new History(now, onEvent);
    history.#log = await EventLog.open(storage, { onEvent: (event) => history.#take(event), signal });
    return history;
  }

  get head(): Head {
    return this.#log.head;
  }

  of(name: string): NameHistory {
    return this.#names.get(name) ?? nothing;
  }

  /** Number of the last event of a name; 0 for none. */
  lastEvent(name: string): number {
    return this.of(name).events.at(-1)?.number ?? 0;
  }

  /** When a version appears, in milliseconds since 1970; Infinity while somebody has to release it. */
  appears(event: PublishEvent): number {
    const visible = appearance(this.of(event.name), event);
    return visible === null ? Infinity : Date.parse(visible);
  }

  names(): Iterable<string> {
    return this.#names.keys();
  }

  /** Every name that was ever taken → its owners; none where nothing is left of it. Grows with the log. */
  get taken(): ReadonlyMap<string, readonly string[]> {
    return this.#taken;
  }

  /** Moments of an account's publications since a moment, the oldest first. */
  publications(by: string, since: number): readonly number[] {
    const moments = this.#publications.get(by) ?? [];
    return moments.slice(moments.findLastIndex((moment) => moment < since) + 1);
  }

  refresh(signal: AbortSignal): Promise<void> {
    return this.#log.refresh(signal);
  }

  /** Writes down what `event.by` decided. Throws ACCESS_DENIED to whoever is no owner, PACKAGE_UNKNOWN for a name that nobody has, and what `guard` throws. */
  decide(event: Event, { guard, signal }: { readonly guard?: () => void; readonly signal: AbortSignal }): Promise<LogEvent> {
    const allowed = (): void => {
      if (event.by !== administrator || !administrative.has(event.kind)) refuseStranger(event.name, event.by, { history: this.of(event.name), begins: event.kind === 'publish' });
      guard?.();
    };
    return this.#log.append(event, { time: new Date(this.#now()).toISOString(), guard: allowed, signal });
  }

  #take(event: LogEvent): void {
    const past = this.#names.get(event.name) ?? new Past();
    this.#names.set(event.name, past);
    past.add(event);
    this.#taken.set(event.name, past.live.size > 0 ? past.owners : []);
    if (event.kind === 'publish') this.#published(event);
    this.#onEvent(event);
  }

  #published({ by, time }: PublishEvent): void {
    const moments = this.#publications.get(by);
    if (moments) moments.push(Date.parse(time));
    else this.#publications.set(by, [Date.parse(time)]);
  }
}

/** Throws ACCESS_DENIED to whoever does not own the name, PACKAGE_UNKNOWN when nobody does, unless the account `begins` it. */
export function refuseStranger(name: string, by: string, { history: { owners }, begins }: { readonly history: NameHistory; readonly begins: boolean }): void {
  if (owners.length === 0 && !begins) throw new ByomlError('PACKAGE_UNKNOWN', `${name}: the registry has no package of that name`, { details: { name } });
  if (owners.length > 0 && !owners.includes(by)) throw new ByomlError('ACCESS_DENIED', `${name}: "${by}" is not one of its owners`, { details: { name, account: by } });
}
