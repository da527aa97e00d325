import { gzipSync } from 'node:zlib';
import { inspectModel } from '@byoml/core/models/inspect';
import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { admission } from '../admission/admit.ts';
import { packageJsonOf } from '../admission/package-json.ts';
import { sampleFiles, sampleManifest, samplePackageJson, type Files } from '../admission/sample-package.ts';
import { staticChecks } from '../admission/static-checks.ts';
import { openArchive } from '../package/open-archive.ts';
import { packTarball, tarOf, type RawEntry } from '../package/pack.ts';
import type { Admit } from '../server/admit.ts';
import { Rig, signal } from '../server/registry.test.fixture.ts';
import { staticAdmission } from '../server/static-admission.ts';

/** A plugin that every check accepts, but for what an attack changes in it. */
export interface Crafted {
  readonly name?: string;
  readonly version?: string;
  /** Fields of package.json. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Fields of byoml.plugin.json. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly files?: Files;
  /** What the client claims beyond what is packed. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Bytes in place of the tarball. */
  readonly tarball?: Uint8Array;
}

const packageJsonIn = ({ name = '@acme/quiet-hours', version = '1.0.0', fields = {} }: Crafted): Readonly<Record<string, unknown>> => ({ ...samplePackageJson, name, version, ...fields });

const filesOf = (crafted: Crafted): Files => {
  const { name, version } = packageJsonIn(crafted);
  return sampleFiles({ packageJson: packageJsonIn(crafted), manifest: { ...sampleManifest, name, version, ...crafted.manifest }, ...(crafted.files && { files: crafted.files }) });
};

/** The tarball of a crafted plugin with these entries behind its own. */
export const withEntries = (...entries: readonly RawEntry[]): Buffer => gzipSync(tarOf([...Object.entries(filesOf({})).map(([path, bytes]) => ({ path: `package/${path}`, bytes })), ...entries]));

/** What a client sends to publish it. */
function crafted(plugin: Crafted = {}): Readonly<Record<string, any>> {
  const packageJson = packageJsonIn(plugin);
  const [name, version] = [String(packageJson['name']), String(packageJson['version'])];
  const tarball = Buffer.from(plugin.tarball ?? packTarball(filesOf(plugin)));
  return {
    _id: name, name, 'dist-tags': { latest: version }, access: null,
    versions: { [version]: { ...packageJson, _id: `${name}@${version}`, ...plugin.claims } },
    _attachments: { [`${name}-${version}.tgz`]: { content_type: 'application/octet-stream', data: tarball.toString('base64'), length: tarball.length } },
  };
}

const addressOf = (name: string): string => `/${name.replace('/', '%2f')}`;

export const publishCrafted = (rig: Rig, plugin: Crafted = {}, by = 'mallory'): Promise<LightMyRequestResponse> => rig.ask('PUT', addressOf(plugin.name ?? '@acme/quiet-hours'), { by, body: crafted(plugin) });

let whole: Promise<Admit> | undefined;

/** A registry with every static check, as one that serves has. */
export const guarded = async (options: Parameters<typeof Rig.open>[0] = {}): Promise<Rig> => Rig.open({ admit: await (whole ??= staticAdmission(signal)), ...options });

/** The static checks but one: the gate with a hole. */
export function admittingWithout(id: string): Admit {
  const judge = admission(staticChecks(inspectModel).filter((check) => check.id !== id));
  return async (request, within) => {
    const archive = await openArchive(request.tarball, within);
    const packageJson = packageJsonOf(archive) ?? {};
    const { state, findings } = await judge({ ...request, archive, packageJson, previous: null }, within);
    return { state, packageJson, findings };
  };
}

/** What a refused publication has to be answered. */
export const refusedBy = (check: string): object => ({ error: { code: 'PUBLISH_REFUSED', message: expect.any(String), hint: expect.any(String), details: { state: 'REJECTED', findings: expect.arrayContaining([expect.objectContaining({ check, message: expect.any(String), hint: expect.any(String) })]) } } });
