import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { sampleFiles, sampleManifest, samplePackageJson, type Files } from '../admission/sample-package.ts';
import { packTarball } from '../package/pack.ts';
import { integrityOf } from '../npm/tarball.ts';
import { readPackage } from '../npm/package-content.ts';
import type { Admit } from '../server/admit.ts';
import { openKeyFolder } from '../server/key-folder.ts';
import type { RegistryOptions } from '../server/registry.ts';
import { Rig, newKey, signal } from '../server/registry.test.fixture.ts';
import { staticAdmission } from '../server/static-admission.ts';
import { folderStorage } from '../storage/folder.ts';
import { temporaryFolder } from '../storage/scratch.test.fixture.ts';
import type { Storage } from '../storage/storage.ts';
import { signRelease } from '../trust/author/release.ts';
import type { Administered } from './administered.ts';
import { openAdministered } from './open-administered.ts';
import { verifyRegistry, type Verification } from './verify.ts';

export const plugin = '@acme/quiet-hours';
export const authorKey = newKey();

let checks: Promise<Admit> | undefined;
/** Every static check, proven once. */
export const staticChecks = (): Promise<Admit> => (checks ??= staticAdmission(signal));

/** A real folder registry with every static check, its server in this process and on the clock of the test. */
export interface FolderRegistry extends AsyncDisposable {
  readonly root: string;
  readonly rig: Rig;
  readonly storage: Storage;
  readonly now: () => number;
  /** Ends the server; what it has written stays. */
  stop(): Promise<void>;
  /** Publishes a real plugin, signed by its author. */
  publish(version: string, given?: { readonly name?: string; readonly by?: string; readonly files?: Files }): Promise<LightMyRequestResponse>;
  /** Its administrator, beside the server. */
  administered(): Promise<Administered>;
  verify(): Promise<Verification>;
  /** Changes an object behind the registry's back. */
  tamper(key: string, change: (text: string) => string): Promise<void>;
  /** The first root, as it is handed to people. */
  trustedRoot(): Promise<Uint8Array>;
}

export async function folderRegistry(options: Partial<RegistryOptions> = {}): Promise<FolderRegistry> {
  const root = await temporaryFolder();
  await using opened = new AsyncDisposableStack();
  const storage = opened.use(await folderStorage(join(root, 'data')));
  const { trust } = await openKeyFolder(join(root, 'keys'), { begun: false });
  const rig = await Rig.open({ storage, trust, admit: await staticChecks(), ...options });
  let ended: Promise<void> | undefined;
  const stop = (): Promise<void> => (ended ??= rig[Symbol.asyncDispose]());
  opened.defer(stop);
  const kept = opened.move();
  const now = (): number => rig.now;
  return {
    root, rig, storage, now, stop,
    publish: async (version, { name = plugin, by = 'author', files = {} } = {}) => rig.ask('PUT', `/${name.replace('/', '%2f')}`, { by, body: await publication(name, version, files) }),
    administered: () => openAdministered(root, { now }, signal),
    verify: () => verifyRegistry(root, { now, patience: 100 }, signal),
    tamper: async (key, change) => {
      const path = join(root, 'data', 'objects', `${key}=`);
      await writeFile(path, change(await readFile(path, 'latin1')), 'latin1');
    },
    trustedRoot: async () => (await storage.read('tuf/1.root.json', signal))?.bytes ?? new Uint8Array(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function publication(name: string, version: string, files: Files): Promise<object> {
  const packageJson = { ...samplePackageJson, name, version };
  const tarball = Buffer.from(packTarball(sampleFiles({ packageJson, manifest: { ...sampleManifest, name, version }, files })));
  const { plugin: { digest: manifest } } = await readPackage(tarball, signal);
  const envelope = signRelease({ name, version, integrity: integrityOf(tarball), manifest, created: '2026-01-05T11:00:00Z' }, authorKey);
  const encoded = (bytes: Buffer): object => ({ data: bytes.toString('base64'), length: bytes.length });
  return {
    _id: name, name, 'dist-tags': { latest: version }, access: null,
    versions: { [version]: { ...packageJson, _id: `${name}@${version}` } },
    _attachments: {
      [`${name}-${version}.tgz`]: { content_type: 'application/octet-stream', ...encoded(tarball) },
      [`${name}-${version}.byoml-signature.json`]: { content_type: 'application/vnd.byoml.signature+json', ...encoded(Buffer.from(JSON.stringify({ envelope, key: authorKey.public.hex }))) },
    },
  };
}
