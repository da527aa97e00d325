import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sampleFiles, sampleManifest, samplePackageJson, type Files } from '../admission/sample-package.ts';
import { packTarball } from '../package/pack.ts';
import type { RegistryOptions } from '../server/registry.ts';
import { Rig, signal } from '../server/registry.test.fixture.ts';
import { temporaryFolder } from '../storage/scratch.test.fixture.ts';
import type { RegistryAccess } from './ask-registry.ts';
import { readPacked, type PackedPackage } from './packed-package.ts';

/** A registry that listens, for those that ask it as an author does. */
export class ListeningRig implements AsyncDisposable {
  readonly rig: Rig;
  readonly url: string;

  private constructor(rig: Rig, url: string) {
    this.rig = rig;
    this.url = url;
  }

  static async open(options: Partial<RegistryOptions> = {}): Promise<ListeningRig> {
    const rig = await Rig.open(options);
    return new ListeningRig(rig, `${await rig.app.listen({ host: '127.0.0.1', port: 0 })}/`);
  }

  async access(account?: string): Promise<RegistryAccess> {
    return { registry: this.url, token: account === undefined ? undefined : await this.rig.tokenOf(account) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
  }
}

/** The plugin that every check accepts, under another version or with other files. */
export function samplePlugin({ version = '1.2.0', files = {} }: { readonly version?: string; readonly files?: Files } = {}): Files {
  return sampleFiles({ packageJson: { ...samplePackageJson, version }, manifest: { ...sampleManifest, version }, files });
}

export const packedSample = (options: { readonly version?: string; readonly files?: Files } = {}): Promise<PackedPackage> => readPacked(packTarball(samplePlugin(options)), signal);

/** The files in a folder of their own; `removeTemporaryFolders` takes it away. */
export async function folderOf(files: Files): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}
