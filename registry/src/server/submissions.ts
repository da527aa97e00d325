import { isByomlError } from '@byoml/core';
import { z } from 'zod';
import type { AdmissionState, Finding } from '../admission/check.ts';
import { appearance } from '../npm/history.ts';
import type { Packages } from '../npm/packages.ts';
import type { Storage, Stored } from '../storage/storage.ts';

const finding = z.looseObject({ check: z.string(), message: z.string(), hint: z.string(), where: z.string().optional(), hold: z.literal(true).optional() });
const recordSchema = z.strictObject({
  by: z.string(),
  state: z.enum(['VALIDATING', 'REJECTED', 'QUARANTINED', 'PASSED', 'ERRORED']),
  time: z.iso.datetime(),
  findings: z.array(finding),
});
type Submitted = z.infer<typeof recordSchema>;
/** What a check says to the author: reason and remedy. */
export type ToldFinding = Finding & { readonly check: string };

/** How far a version has come that somebody sent. */
export interface SubmissionView {
  readonly name: string;
  readonly version: string;
  /** Account that sent it. */
  readonly by: string;
  readonly state: AdmissionState;
  /** When it came into this state, as ISO 8601. */
  readonly time: string;
  /** When everybody can see the version, as ISO 8601; null while that is not known. */
  readonly visible: string | null;
  /** SHA-512 of the tarball; null for one that was not accepted. */
  readonly integrity: string | null;
  /** The author's public key in hexadecimal; null for none. */
  readonly signer: string | null;
  readonly findings: readonly ToldFinding[];
}

/** A version of a package, and who sends it. */
export interface Sent {
  readonly name: string;
  readonly version: string;
  readonly by: string;
}

const keyOf = ({ name, version }: Pick<Sent, 'name' | 'version'>): string => `private/submissions/${name}/${version}`;
const again = 'Publish again; if it stays, tell the administrator of the registry.';
const died: ToldFinding = { check: 'registry', message: 'the registry stopped while it looked at the version, and nothing of it was accepted', hint: again };

interface SubmissionsOptions {
  readonly storage: Storage;
  readonly packages: Packages;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What became of every version that was sent, also of those that were refused. */
export class Submissions {
  readonly #options: SubmissionsOptions;
  /** Key → how far this process is. */
  readonly #underway = new Map<string, 'STARTED' | 'VALIDATING'>();

  constructor(options: SubmissionsOptions) {
    this.#options = options;
  }

  /** Carries out `work` on a version that somebody may publish, and keeps how it ended. Throws what `work` throws. */
  async follow<T extends { readonly state: 'PASSED' | 'QUARANTINED'; readonly findings: readonly ToldFinding[] }>(sent: Sent, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const key = keyOf(sent);
    this.#underway.set(key, 'STARTED');
    try {
      await this.#keep(sent, { state: 'VALIDATING', findings: [] }, signal);
      this.#underway.set(key, 'VALIDATING');
      const done = await work();
      // It is published already, and the log says so: what the checks told can get lost, the answer cannot.
      if (done.findings.length > 0) await this.#keep(sent, done, signal).catch(() => undefined);
      return done;
    } catch (thrown) {
      if (!isByomlError(thrown) || thrown.code !== 'VERSION_EXISTS') await this.#keep(sent, failed(thrown), signal).catch(() => undefined);
      throw thrown;
    } finally {
      this.#underway.delete(key);
    }
  }

  /** Keeps why a person decided that a version never appears. */
  reject(sent: Sent, reason: string, signal: AbortSignal): Promise<void> {
    return this.#keep(sent, { state: 'REJECTED', findings: [{ check: 'administrator', message: reason, hint: 'This version never comes back; publish another one, or under another name.' }] }, signal);
  }

  /** Undefined for a version that nobody sent. */
  async find({ name, version }: Pick<Sent, 'name' | 'version'>, signal: AbortSignal): Promise<SubmissionView | undefined> {
    const { storage, packages } = this.#options;
    await packages.history.refresh(signal); // the administrator decides in a process of its own
    const key = keyOf({ name, version });
    const stored = await storage.read(key, signal);
    const kept = stored && readable(stored);
    const findings = (kept?.findings ?? []) as readonly ToldFinding[];
    const underway = this.#underway.get(key);
    const published = underway ? undefined : (await packages.state(name, signal)).versions.get(version)?.published;
    if (published) {
      const visible = appearance(packages.history.of(name), published);
      const { by, time, integrity, signer } = published;
      return { name, version, by, state: packages.history.of(name).released.has(version) ? 'PASSED' : published.state, time, visible, integrity, signer, findings };
    }
    if (!kept) return undefined;
    const nothing = { visible: null, integrity: null, signer: null };
    if (kept.state === 'VALIDATING' && !underway) return { name, version, by: kept.by, time: kept.time, ...nothing, state: 'ERRORED', findings: [died] };
    return { name, version, by: kept.by, time: kept.time, ...nothing, state: underway ?? kept.state, findings };
  }

  async #keep({ by, ...which }: Sent, { state, findings }: Pick<Submitted, 'state'> & { readonly findings: readonly ToldFinding[] }, signal: AbortSignal): Promise<void> {
    const { storage, now } = this.#options;
    const kept: Omit<Submitted, 'findings'> & { readonly findings: readonly ToldFinding[] } = { by, state, time: new Date(now()).toISOString(), findings };
    await storage.write(keyOf(which), new TextEncoder().encode(JSON.stringify(kept)), { durable: 'flushed', signal });
  }
}

/** A record that a loss of power has damaged says nothing. */
function readable({ bytes }: Stored): Submitted | undefined {
  try {
    return recordSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

function failed(thrown: unknown): { readonly state: 'REJECTED' | 'ERRORED'; readonly findings: readonly ToldFinding[] } {
  if (!isByomlError(thrown)) return { state: 'ERRORED', findings: [{ check: 'registry', message: 'the registry failed', hint: again }] };
  const { code, message, hint, http, details } = thrown;
  const told = z.array(finding).safeParse(details['findings']);
  const state = details['state'] === 'ERRORED' || http >= 500 ? 'ERRORED' : 'REJECTED';
  return { state, findings: code === 'PUBLISH_REFUSED' && told.success && told.data.length > 0 ? (told.data as readonly ToldFinding[]) : [{ check: 'registry', message, hint }] };
}
