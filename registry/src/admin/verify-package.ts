import { isDeepStrictEqual } from 'node:util';
import type { LogEvent, PublishEvent } from '../log/event.ts';
import { readBlob } from '../npm/blobs.ts';
import { cardKey } from '../npm/card.ts';
import { appearance, type NameHistory } from '../npm/history.ts';
import { madeCard } from '../npm/made-card.ts';
import { packumentKey, tarballKey } from '../npm/name.ts';
import { readPackage, type PluginContent } from '../npm/package-content.ts';
import { foldPackage, type PackageState } from '../npm/package-state.ts';
import { manifestOf, packumentAt, packumentOf, type Manifest, type Packument } from '../npm/packument.ts';
import { readable } from '../npm/stored-packuments.ts';
import { integrityOf } from '../npm/tarball.ts';
import type { Storage } from '../storage/storage.ts';
import { targetDigest, type TargetDigest } from '../trust/tuf/target.ts';
import { authorOf } from './author-of.ts';
import type { Findings } from './verification.ts';

/** A package and what it is compared with. */
interface PackageQuestion {
  readonly name: string;
  readonly history: NameHistory;
  readonly storage: Storage;
  readonly findings: Findings;
  /** Milliseconds since 1970: versions that have appeared by then are visible. */
  readonly now: number;
  /** Until when a server has let versions appear for certain; those since may not have appeared yet. */
  readonly settled: number;
}

/** What of a package has to be signed: its packument and its cards, as they are in the storage. */
interface VerifiedPackage {
  /** Versions whose tarball is there. */
  readonly versions: number;
  readonly signed: ReadonlyMap<string, TargetDigest>;
}

interface Held {
  readonly event: PublishEvent;
  readonly manifest: Manifest;
  readonly plugin: PluginContent;
}

/** Compares tarballs, packument and cards of a package with the log, and the author's signatures with the tarballs. */
export async function verifyPackage(question: PackageQuestion, signal: AbortSignal): Promise<VerifiedPackage> {
  const { name, history, storage, findings, now, settled } = question;
  const stored = await storage.read(packumentKey(name), signal);
  const packument = readable(stored, name);
  const held = await heldVersions(question, packument, signal);
  const isShown = ({ version }: PublishEvent): boolean => packument !== undefined && Object.hasOwn(packument.versions, version);
  const shows = (event: PublishEvent): boolean => {
    const appears = Date.parse(appearance(history, event) ?? '');
    return appears <= now && (appears <= settled || isShown(event));
  };
  const visible = new Map([...held].filter(([, { event }]) => shows(event)));
  const state = foldPackage(history.events, ({ number }) => [...visible.values()].some(({ event }) => event.number === number));
  const made = madePackument(name, { state, events: history.events, visible });
  const signed = new Map<string, TargetDigest>();
  if (stored) signed.set(packumentKey(name), targetDigest(stored.bytes));
  if (stored ? !packument || !made || !isSame(packument, made) : made) findings.add(packumentKey(name), `the packument ${stored ? 'is not what the log and the tarballs make' : 'is missing'}; \`byoml registry rebuild\` makes it anew`);
  for (const [version, one] of visible) if (state.versions.has(version)) await verifyCard(question, one, signed, signal);
  return { versions: held.size, signed };
}

/** Versions that were not withdrawn and whose tarball is that of the log. One that nobody sees and that is not there never arrived. */
async function heldVersions({ name, history: { events, live }, storage, findings }: PackageQuestion, packument: Packument | undefined, signal: AbortSignal): Promise<ReadonlyMap<string, Held>> {
  const held = new Map<string, Held>();
  const publications = events.filter((event) => event.kind === 'publish');
  for (const version of live) {
    const key = tarballKey(name, version);
    const said = publications.filter((event) => event.version === version);
    const tarball = (await storage.read(key, signal))?.bytes;
    if (!tarball && packument && Object.hasOwn(packument.versions, version)) findings.add(key, 'the tarball is gone');
    if (!tarball) continue;
    const event = said.find(({ integrity, size }) => integrity === integrityOf(tarball) && size === tarball.length);
    if (!event) findings.add(key, `the tarball has the digest ${integrityOf(tarball)}, the log says ${said.map(({ integrity }) => integrity).join(' or ')}`);
    const content = event && (await findings.told(key, () => readPackage(tarball, signal)));
    if (event && content) held.set(version, { event, manifest: manifestOf({ name, version, tarball, content }), plugin: content.plugin });
  }
  return held;
}

function madePackument(name: string, { state, events, visible }: { readonly state: PackageState; readonly events: readonly LogEvent[]; readonly visible: ReadonlyMap<string, Held> }): Packument | undefined {
  const manifests = new Map([...state.versions.keys()].flatMap((version) => {
    const manifest = visible.get(version)?.manifest;
    return manifest ? [[version, manifest] as const] : [];
  }));
  return packumentOf(name, { state, lastEvent: events.at(-1)?.number ?? 0, manifests });
}

/** A server may have its address in front of the tarballs; what is signed covers it. */
const isSame = (packument: Packument, made: Packument): boolean => isDeepStrictEqual(JSON.parse(JSON.stringify(packumentAt(packument, ''))), JSON.parse(JSON.stringify(made)));

async function verifyCard({ storage, findings }: PackageQuestion, { event, plugin }: Held, signed: Map<string, TargetDigest>, signal: AbortSignal): Promise<void> {
  const key = cardKey(event.name, event.version);
  const stored = await storage.read(key, signal);
  if (stored) signed.set(key, targetDigest(stored.bytes));
  const made = await findings.told(key, async () => {
    const [signature, provenance] = await Promise.all([event.signature, event.provenance].map(async (digest) => (digest === null ? undefined : readBlob(storage, digest, signal))));
    authorOf({ event, plugin, signature });
    return madeCard({ event, plugin, signature, provenance });
  });
  if (made && (!stored || !Buffer.from(stored.bytes).equals(made))) findings.add(key, `the card ${stored ? 'is not what the log, the tarball and the blobs make' : 'is missing'}; \`byoml registry rebuild\` makes it anew`);
}
