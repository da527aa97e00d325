import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isByomlError, type Progress } from '@byoml/core';
import type { LogEvent } from '../log/event.ts';
import { packumentKey, tarballKey } from '../npm/name.ts';
import { History } from '../npm/history.ts';
import { readCheckpoint } from '../server/checkpoint.ts';
import { folderStorage } from '../storage/folder.ts';
import type { Storage } from '../storage/storage.ts';
import { readAdvisories } from '../trust/advisories.ts';
import { targetDigest, type TargetDigest } from '../trust/tuf/target.ts';
import { advisoriesKey, countingAdvisories, envelopesOf, madeAdvisories } from './advisories-file.ts';
import { refuseMissing } from './places.ts';
import type { Role, SignedEdition } from './signed-edition.ts';
import { Findings, type VerifyFinding } from './verification.ts';
import { verifyKeys } from './verify-keys.ts';
import { verifyPackage } from './verify-package.ts';
import { verifySigned } from './verify-signed.ts';

/** What a look at a whole registry found. */
export interface Verification {
  readonly ok: boolean;
  /** Events of the log that hold. */
  readonly events: number;
  /** Names of which something was published. */
  readonly packages: number;
  /** Versions, visible or not. */
  readonly versions: number;
  readonly findings: readonly VerifyFinding[];
  /** Roles whose metadata is out of date: no sign of tampering, but clients refuse it until a server or `rebuild` signs anew. */
  readonly expired: readonly Role[];
}

export interface VerifyOptions {
  /** A root that was kept elsewhere: without it, the first root of the registry itself is believed. */
  readonly trustedRoot?: Uint8Array | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
  /** Milliseconds after which findings have to be the same to count; a second without it. */
  readonly patience?: number | undefined;
}

/** A server that writes meanwhile lets a look fail that is in order a moment later: only what stays is told. */
const mostLooks = 10;
/** Milliseconds between two looks: longer than a server takes to settle a change. */
const defaultPatience = 1000;

/** Looks at everything in a folder registry and changes nothing. Throws FILE_MISSING, STORAGE_FAILED when it cannot be read. */
export async function verifyRegistry(root: string, options: VerifyOptions, signal: AbortSignal): Promise<Verification> {
  const { data, keys } = await refuseMissing(root);
  await using storage = await folderStorage(data);
  let before: Verification | undefined;
  for (let look = 1; ; look++) {
    const found = await verifyStorage(storage, keys, options, signal);
    if (found.ok || look === mostLooks || isDeepStrictEqual(found, before)) return found;
    before = found;
    await setTimeout(options.patience ?? defaultPatience, undefined, { signal });
  }
}

async function verifyStorage(storage: Storage, keys: string, { trustedRoot, now = Date.now, progress }: VerifyOptions, signal: AbortSignal): Promise<Verification> {
  const findings = new Findings();
  const events: LogEvent[] = [];
  const moment = now();
  const history = await openedLog(storage, { onEvent: (event) => void events.push(event), now, findings }, signal);
  const checked = history && (await verifyPackages({ storage, history, findings, moment, progress }, signal));
  const signed = await verifySigned({ storage, findings, expected: checked?.signed, trustedRoot, now: moment }, signal);
  if (signed) await findings.told('tuf/root.json', () => verifyKeys(signed.edition, keys, findings));
  if (history && signed) await verifyAdvisories({ storage, history, findings, edition: signed.edition, moment }, signal);
  const { packages = 0, versions = 0 } = checked ?? {};
  return { ok: findings.all.length === 0, events: events.length, packages, versions, findings: findings.all, expired: signed?.expired ?? [] };
}

/** Undefined when the log does not hold: nothing else can be compared with it then. */
async function openedLog(storage: Storage, { onEvent, now, findings }: { readonly onEvent: (event: LogEvent) => void; readonly now: () => number; readonly findings: Findings }, signal: AbortSignal): Promise<History | undefined> {
  try {
    return await History.open(storage, { now, onEvent, signal });
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'TRUST_REFUSED') throw thrown;
    const { where } = thrown.details;
    findings.add(typeof where === 'string' ? where : 'v1/log', thrown.message);
    return undefined;
  }
}

interface Looking {
  readonly storage: Storage;
  readonly history: History;
  readonly findings: Findings;
  readonly moment: number;
  readonly progress?: VerifyOptions['progress'];
}

async function verifyPackages({ storage, history, findings, moment, progress }: Looking, signal: AbortSignal): Promise<{ readonly packages: number; readonly versions: number; readonly signed: ReadonlyMap<string, TargetDigest> }> {
  const settled = (await findings.told('private/checkpoint', () => readCheckpoint(storage, signal)))?.moment ?? -Infinity;
  const names = [...history.names()].filter((name) => history.of(name).events.some(({ kind }) => kind === 'publish'));
  const signed = new Map<string, TargetDigest>();
  let versions = 0;
  for (const [i, name] of names.entries()) {
    const checked = await verifyPackage({ name, history: history.of(name), storage, findings, now: moment, settled }, signal);
    for (const [path, digest] of checked.signed) signed.set(path, digest);
    versions += checked.versions;
    progress?.({ done: i + 1, total: names.length, unit: 'packages' });
  }
  await refuseStrays({ storage, history, findings, names, signed }, signal);
  const advisories = await storage.read(advisoriesKey, signal);
  if (advisories) signed.set(advisoriesKey, targetDigest(advisories.bytes));
  return { packages: names.length, versions, signed };
}

/** Objects among the packages that no event explains. The tarball of a withdrawn version is removed by the next start. */
async function refuseStrays({ storage, history, findings, names, signed }: Pick<Looking, 'storage' | 'history' | 'findings'> & { readonly names: readonly string[]; readonly signed: ReadonlyMap<string, TargetDigest> }, signal: AbortSignal): Promise<void> {
  const explained = new Set([...signed.keys(), ...names.flatMap((name) => [packumentKey(name), ...history.of(name).events.flatMap((event) => (event.kind === 'publish' ? [tarballKey(name, event.version)] : []))])]);
  for (const prefix of ['npm/', 'v1/cards/'])
    for await (const key of storage.list(prefix, signal)) if (!explained.has(key)) findings.add(key, 'no event of the log explains it');
}

async function verifyAdvisories({ storage, history, findings, edition, moment }: Looking & { readonly edition: SignedEdition }, signal: AbortSignal): Promise<void> {
  const made = await findings.told(advisoriesKey, async () => ({ bytes: await madeAdvisories(storage, history, signal) }));
  if (!made) return;
  const stored = await storage.read(advisoriesKey, signal);
  if (stored ? !made.bytes || !Buffer.from(stored.bytes).equals(made.bytes) : made.bytes) findings.add(advisoriesKey, 'the advisories are not what the log and the blobs make; `byoml registry rebuild` makes them anew');
  const events = countingAdvisories(history);
  const { ignored } = readAdvisories(await envelopesOf(storage, events, signal), edition.signers, new Date(moment));
  for (const { index, fault, because } of ignored) if (fault !== 'expired') findings.add(advisoriesKey, `advisory ${events[index]?.id ?? index}: ${because}; no client heeds it`);
}
