import { isDeepStrictEqual } from 'node:util';
import { ByomlError, isByomlError } from '@byoml/core';
import { refuseStranger } from '../npm/history.ts';
import { newestOf } from '../npm/package-state.ts';
import { manifestOf, type Manifest } from '../npm/packument.ts';
import type { PublishRequest } from '../npm/publish-body.ts';
import { readTarball } from '../npm/tarball.ts';
import type { Admission } from './admit.ts';
import { refuseFrequent } from './publish-limit.ts';
import type { Registry } from './registry.ts';

/** What became of a publication that was accepted. */
export interface Published {
  readonly state: 'PASSED' | 'QUARANTINED';
  /** When the version appears; null while a person has to decide. */
  readonly visible: string | null;
}

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

/** Rights, then admission, then the log, the tarball and the packument. */
async function published(registry: Registry, request: PublishRequest, by: string): Promise<Published> {
  const { packages, signal } = registry;
  const { name, version, tag, tarball } = request;
  const exists = (): ByomlError => new ByomlError('VERSION_EXISTS', `${name}@${version} was published before`, { details: { name, version } });
  await packages.history.refresh(signal);
  refuseStranger(name, by, { history: packages.history.of(name), begins: true });
  const { versions, tombstones } = await packages.state(name, signal);
  if (versions.has(version) || tombstones.has(version)) throw exists();
  refuseFrequent(registry, by);
  const { state, manifest } = await admitted(registry, request, { by, previous: newestOf(versions.keys()) });
  const visible = state === 'QUARANTINED' ? null : await appears(registry, name);
  const event = { kind: 'publish' as const, name, by, version, tag, integrity: manifest.dist.integrity, size: tarball.length, state, visible };
  const between = async (): Promise<void> => {
    if (!(await packages.contents.put(manifest, tarball, signal))) throw exists();
  };
  await packages.decide(event, { guard: () => refuseFrequent(registry, by), between, signal });
  return { state, visible };
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

/** Throws PUBLISH_REFUSED unless every check accepts the version, and also when a check fails. */
async function admitted(registry: Registry, request: PublishRequest, author: Author): Promise<{ readonly state: Published['state']; readonly manifest: Manifest }> {
  const { name, version, tarball } = request;
  const { state, packageJson, findings } = await admissionOf(registry, request, author);
  if (state !== 'PASSED' && state !== 'QUARANTINED') {
    const [first, ...more] = findings;
    const why = state === 'REJECTED' && first ? `${first.message}${more.length > 0 ? ` (and ${more.length} more)` : ''}` : 'a check could not be done, so nothing was accepted';
    throw new ByomlError('PUBLISH_REFUSED', `${name}@${version}: ${why}`, { details: { state: state === 'REJECTED' ? state : 'ERRORED', findings } });
  }
  const content = await readTarball(tarball, registry.signal);
  // What was checked is what clients are told: two readers of one tarball may not differ.
  if (!isDeepStrictEqual(content.packageJson, packageJson) || packageJson['name'] !== name || packageJson['version'] !== version) throw new ByomlError('PUBLISH_REFUSED', `${name}@${version}: package.json in the tarball is not that of ${name}@${version}`, { details: { state: 'REJECTED', findings } });
  return { state, manifest: manifestOf({ name, version, tarball, content }) };
}

async function admissionOf({ packages, admit, signal }: Registry, { name, version, tarball, document }: PublishRequest, { by, previous }: Author): Promise<Admission> {
  const earlier = async (): Promise<Uint8Array> => {
    const bytes = previous === undefined ? undefined : await packages.contents.read(name, previous, signal);
    if (!bytes) throw new ByomlError('STORAGE_FAILED', `${name}@${previous}: its tarball is gone`, { details: { name } });
    return bytes;
  };
  try {
    return await admit({ name, version, publisher: by, tarball, document, previous: previous === undefined ? null : { version: previous, tarball: earlier }, taken: packages.history.taken() }, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    return { state: 'ERRORED', packageJson: {}, findings: [{ check: 'admission', message: isByomlError(thrown) ? thrown.message : 'the checks failed', hint: 'Publish again; if it stays, tell the administrator of the registry.' }] };
  }
}
