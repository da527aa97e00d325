import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HeldVersion, PackageState } from './package-state.ts';
import { tarballFile } from './name.ts';
import type { TarballContent } from './tarball.ts';

type Json = Readonly<Record<string, unknown>>;

const dist = z.looseObject({ integrity: z.string(), shasum: z.string(), tarball: z.string(), fileCount: z.number(), unpackedSize: z.number() });
const manifest = z.looseObject({ name: z.string(), version: z.string(), dist });

/** The part of a packument that the registry itself reads again. */
export const packumentSchema = z.looseObject({ name: z.string(), _rev: z.string(), 'dist-tags': z.record(z.string(), z.string()), time: z.record(z.string(), z.string()), versions: z.record(z.string(), manifest), maintainers: z.array(z.looseObject({ name: z.string() })) });

export type Manifest = z.infer<typeof manifest>;
export type Packument = z.infer<typeof packumentSchema>;

/** Fields that a client needs to install: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
const installFields = ['name', 'version', 'deprecated', 'dependencies', 'optionalDependencies', 'devDependencies', 'bundleDependencies', 'bundledDependencies', 'peerDependencies', 'peerDependenciesMeta', 'acceptDependencies', 'bin', 'directories', 'dist', 'engines', 'os', 'cpu', 'libc', 'funding', 'hasInstallScript'];
const installScripts = ['preinstall', 'install', 'postinstall'];

/** `base` is an address that ends in a slash, or empty: then the tarball is named relative to the registry. */
const tarballAt = (base: string, name: string, version: string): string => `${base}${name}/-/${tarballFile(name, version)}`;

/** The entry of a version, made from the tarball's own package.json: what the client claims about it is not looked at. */
export function manifestOf({ name, version, tarball, content }: { readonly name: string; readonly version: string; readonly tarball: Uint8Array; readonly content: TarballContent }): Manifest {
  const { packageJson, files, unpackedBytes } = content;
  const scripts = packageJson['scripts'];
  const hasInstallScript = typeof scripts === 'object' && scripts !== null && installScripts.some((script) => Object.hasOwn(scripts, script));
  const own = Object.fromEntries(Object.entries(packageJson).filter(([key]) => !key.startsWith('_') && !['dist', 'readme', 'maintainers', 'deprecated', 'yanked', 'hasInstallScript'].includes(key)));
  const digest = (algorithm: string) => createHash(algorithm).update(tarball);
  return {
    ...own,
    name,
    version,
    _id: `${name}@${version}`,
    ...(hasInstallScript && { hasInstallScript }),
    dist: { integrity: `sha512-${digest('sha512').digest('base64')}`, shasum: digest('sha1').digest('hex'), tarball: tarballAt('', name, version), fileCount: files, unpackedSize: unpackedBytes },
  };
}

const person = (name: string): { name: string; email: string } => ({ name, email: '' });

const published = (base: Manifest, { published: { by }, deprecated: message, yanked }: HeldVersion, owners: readonly string[]): Manifest => {
  const deprecated = yanked === undefined ? message : `withdrawn from new installations: ${yanked}`;
  const fresh = Object.fromEntries(Object.entries(base).filter(([key]) => key !== 'deprecated' && key !== 'yanked')) as Manifest;
  return { ...fresh, _npmUser: person(by), maintainers: owners.map(person), ...(deprecated !== undefined && { deprecated }), ...(yanked !== undefined && { yanked }) };
};

/** Names what a reader saw, so that a change since is noticed. */
export const revisionOf = (lastEvent: number, versions: Iterable<string>): string => `${lastEvent}-${createHash('sha256').update([...versions].sort().join(' ')).digest('hex').slice(0, 32)}`;

/** What a packument is made of. */
export interface PackumentContent {
  readonly state: PackageState;
  readonly lastEvent: number;
  /** Version → what its tarball says. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/** The same state and manifests give the same packument; undefined without a version. */
export function packumentOf(name: string, { state, lastEvent, manifests }: PackumentContent): Packument | undefined {
  if (manifests.size === 0) return undefined;
  const versions = Object.fromEntries([...state.versions].map(([version, held]) => [version, published(manifests.get(version) as Manifest, held, state.owners)]));
  const times = [...state.versions].map(([version, { published: { time } }]) => [version, time] as const);
  const latest = versions[state.tags.get('latest') ?? ''];
  const shown = Object.fromEntries(['description', 'keywords', 'license', 'homepage', 'repository', 'bugs', 'author'].filter((key) => latest?.[key] !== undefined).map((key) => [key, latest?.[key]]));
  return {
    _id: name,
    _rev: revisionOf(lastEvent, state.versions.keys()),
    name,
    ...shown,
    'dist-tags': Object.fromEntries([...state.tags].sort(([a], [b]) => (a < b ? -1 : 1))),
    versions,
    time: { created: state.created, modified: state.modified, ...Object.fromEntries(times) },
    maintainers: state.owners.map(person),
  };
}

/** The short form: `application/vnd.npm.install-v1+json`. */
export const abbreviated = ({ name, time, versions, ...rest }: Packument): Json => ({
  name,
  modified: time['modified'],
  'dist-tags': rest['dist-tags'],
  versions: Object.fromEntries(Object.entries(versions).map(([version, entry]) => [version, Object.fromEntries(installFields.filter((field) => entry[field] !== undefined).map((field) => [field, entry[field]]))])),
});

/** A manifest whose tarball is under `base`. */
export const manifestAt = (entry: Manifest, base: string): Manifest => ({ ...entry, dist: { ...entry.dist, tarball: tarballAt(base, entry.name, entry.version) } });

export const packumentAt = (packument: Packument, base: string): Packument => ({ ...packument, versions: Object.fromEntries(Object.entries(packument.versions).map(([version, entry]) => [version, manifestAt(entry, base)])) });
