import { isDeepStrictEqual } from 'node:util';
import { ByomlError, isByomlError } from '@byoml/core';
import { administrator } from '../accounts/account.ts';
import { writeBlob } from '../npm/blobs.ts';
import type { Description } from '../npm/contents.ts';
import { refuseStranger } from '../npm/history.ts';
import { scopeOf } from '../npm/name.ts';
import { readPackage } from '../npm/package-content.ts';
import { newestOf } from '../npm/package-state.ts';
import { manifestOf } from '../npm/packument.ts';
import type { PublishRequest } from '../npm/publish-body.ts';
import type { Admission } from './admit.ts';
import { authorFindings } from './author-key.ts';
import { heldFindings } from './held-before.ts';
import { refuseFrequent } from './publish-limit.ts';
import type { Registry } from './registry.ts';
import type { ToldFinding } from './submissions.ts';

/** What became of a publication that was accepted. */
export interface Published {
  readonly state: 'PASSED' | 'QUARANTINED';
  /** When the version appears; null while a person has to decide. */
  readonly visible: string | null;
  /** What the checks say to its author. */
  readonly findings: readonly ToldFinding[];
}

/** The scope of our own plugins, which people trust by its name. */
const ownScope = '@byoml';

/** Publishes a version for an account. Throws ACCESS_DENIED, VERSION_EXISTS, PUBLISH_LIMITED and PUBLISH_REFUSED; then nothing of it stays. */
export async function publish(registry: Registry, request: PublishRequest, by: string): Promise<Published> {
  try {
    return await published(registry, request, by);
  } catch (thrown) {
    const { accounts, settings, now, signal } = registry;
    if (isByomlError(thrown) && thrown.code === 'PUBLISH_LIMITED') await accounts.freeze(by, now() + settings.publishLimit.freezeMs, signal);
    throw thrown;
  }
}

/** Rights, then admission, then the blobs, the log, the tarball, card and packument, and last their signature. */
async function published(registry: Registry, request: PublishRequest, by: string): Promise<Published> {
  const { packages, submissions, signal } = registry;
  const { name, version } = request;
  await packages.history.refresh(signal);
  refuseUnentitled(registry, name, by);
  const { versions, tombstones } = await packages.state(name, signal);
  if (versions.has(version) || tombstones.has(version)) throw exists(request);
  refuseFrequent(registry, by);
  return submissions.follow({ name, version, by }, async () => accept(registry, request, { by, ...(await judged(registry, request, { by, previous: newestOf(versions.keys()) })) }), signal);
}

const exists = ({ name, version }: PublishRequest): ByomlError => new ByomlError('VERSION_EXISTS', `${name}@${version} was published before`, { details: { name, version } });

/** Throws ACCESS_DENIED to whoever does not own the name, or begins one that only the administrator may begin. */
function refuseUnentitled({ packages }: Registry, name: string, by: string): void {
  const history = packages.history.of(name);
  refuseStranger(name, by, { history, begins: true });
  if (history.owners.length === 0 && scopeOf(name) === ownScope && by !== administrator) throw new ByomlError('ACCESS_DENIED', `${name}: only the administrator begins packages of ${ownScope}`, { details: { name, account: by } });
}

interface Accepted extends Pick<Published, 'state' | 'findings'> {
  readonly by: string;
  readonly description: Description;
}

async function accept(registry: Registry, request: PublishRequest, { by, state, findings, description }: Accepted): Promise<Published> {
  const { packages, storage, downloads, signal } = registry;
  const { name, version, tag, tarball, signature, provenance } = request;
  const secondPerson = await downloads.isPopular(name, signal);
  const visible = state === 'QUARANTINED' ? null : await appears(registry, name);
  const event = {
    kind: 'publish' as const, name, by, version, tag, integrity: description.manifest.dist.integrity, size: tarball.length, state, visible, secondPerson,
    signer: signature?.said.key ?? null,
    signature: signature ? await writeBlob(storage, signature.bytes, signal) : null,
    provenance: provenance ? await writeBlob(storage, provenance, signal) : null,
  };
  const guard = (): void => {
    refuseUnentitled(registry, name, by);
    refuseFrequent(registry, by);
  };
  const between = async (): Promise<void> => {
    if (!(await packages.contents.put(description, tarball, signal))) throw exists(request);
  };
  await packages.decide(event, { guard, between, signal });
  return { state, visible: secondPerson ? null : visible, findings };
}

/** A package that nobody can see yet waits longer. */
async function appears({ packages, settings: { cooldown }, now, signal }: Registry, name: string): Promise<string> {
  const known = (await packages.packument(name, signal)) !== undefined;
  return new Date(now() + (known ? cooldown.updateMs : cooldown.newMs)).toISOString();
}

interface Author {
  readonly by: string;
  readonly previous: string | undefined;
}

/** Throws PUBLISH_REFUSED unless every check accepts the version, and also when a check fails or the author's signature does not hold. */
async function judged(registry: Registry, request: PublishRequest, author: Author): Promise<Omit<Accepted, 'by'>> {
  const { name, version, tarball, signature } = request;
  const { state, packageJson, content: checked, findings } = await admissionOf(registry, request, author);
  if (state !== 'PASSED' && state !== 'QUARANTINED') throw notAdmitted(request, state, findings);
  const content = checked ?? (await readPackage(tarball, registry.signal));
  // What was checked is what clients are told: two readers of one tarball may not differ.
  if (!isDeepStrictEqual(content.packageJson, packageJson) || packageJson['name'] !== name || packageJson['version'] !== version) throw new ByomlError('PUBLISH_REFUSED', `${name}@${version}: package.json in the tarball is not that of ${name}@${version}`, { details: { state: 'REJECTED', findings } });
  const manifest = manifestOf({ name, version, tarball, content });
  const release = { name, version, integrity: manifest.dist.integrity, manifest: content.plugin.digest };
  const history = registry.packages.history.of(name);
  const held = [...heldFindings(history), ...authorFindings(history, { release, signature: signature?.said, by: author.by })];
  return { state: held.length > 0 ? 'QUARANTINED' : state, findings: [...held, ...findings], description: { manifest, plugin: content.plugin } };
}

function notAdmitted({ name, version }: PublishRequest, state: Admission['state'], findings: Admission['findings']): ByomlError {
  const [first, ...more] = findings;
  const why = state === 'REJECTED' && first ? `${first.message}${more.length > 0 ? ` (and ${more.length} more)` : ''}` : 'a check could not be done, so nothing was accepted';
  return new ByomlError('PUBLISH_REFUSED', `${name}@${version}: ${why}`, { details: { state: state === 'REJECTED' ? state : 'ERRORED', findings } });
}

async function admissionOf({ packages, admit, signal }: Registry, { name, version, tarball, document }: PublishRequest, { by, previous }: Author): Promise<Admission> {
  const earlier = async (): Promise<Uint8Array> => {
    const bytes = previous === undefined ? undefined : await packages.contents.read(name, previous, signal);
    if (!bytes) throw new ByomlError('STORAGE_FAILED', `${name}@${previous}: its tarball is gone`, { details: { name } });
    return bytes;
  };
  try {
    return await admit({ name, version, publisher: by, tarball, document, previous: previous === undefined ? null : { version: previous, tarball: earlier }, taken: packages.history.taken }, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    return { state: 'ERRORED', packageJson: {}, findings: [{ check: 'admission', message: isByomlError(thrown) ? thrown.message : 'the checks failed', hint: 'Publish again; if it stays, tell the administrator of the registry.' }] };
  }
}
