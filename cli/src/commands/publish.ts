import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { ByomlError, isByomlError } from '@byoml/core';
import { verifyPlugin } from '@byoml/core/plugins';
import {
  accountOf, authorKeyFile, checkPackage, findingsIn, makeAuthorKey, openAuthorKey, packFolder, publishedBefore, readKeyFile, readProvenance, registryToken, sendPublication, serverAddress, submissionOf, unasked,
  type Accepted, type AuthorFinding, type AuthorKey, type CheckedPackage, type PackedPackage, type RegistryAccess,
} from '@byoml/registry/author';
import { ByomlCommand } from '../command.ts';
import { acceptedText, checksText, findingsText, keyText, notComparedText } from '../render/publication.ts';

/** What the command answers with --json. */
interface Publishing {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of the tarball, as npm writes it; null where the registry does not tell it. */
  readonly integrity: string | null;
  readonly state: string;
  /** When everybody can see the version; null while a person has to decide, and when nothing was sent. */
  readonly visible: string | null;
  /** The author's public key in hexadecimal; null when nothing was signed. */
  readonly signer: string | null;
  readonly findings: readonly AuthorFinding[];
  /** What a dry run could not look at. */
  readonly notCompared?: readonly string[];
}

interface KeyFlags {
  readonly key: string | undefined;
  readonly 'new-key': string | undefined;
}

function submissionNamed(text: string): { readonly name: string; readonly version: string } {
  const [, name, version] = /^(.[^@]*)@(.+)$/.exec(text) ?? [];
  if (name === undefined || version === undefined) throw new ByomlError('USAGE_INVALID', `--status ${text}: expected NAME@VERSION, such as @acme/rare-hour@0.1.0`);
  return { name, version };
}

export default class Publish extends ByomlCommand {
  static override summary = 'Check a package as the registry will, sign it and publish it.';
  static override description = `Packs the folder as npm does, without running its scripts, and runs the registry's own checks on what was packed. Signs it with your key, which is made at your first publication, and sends it with the token that npm has for that registry (\`npm login\`), or that of BYOML_REGISTRY_TOKEN.`;
  static override examples = [
    '<%= config.bin %> publish --dry-run',
    '<%= config.bin %> publish ./rare-hour --registry https://plugins.example/',
    '<%= config.bin %> publish --registry https://plugins.example/ --new-key ./next.pem --endorse ~/.config/byoml/author.pem',
    '<%= config.bin %> publish --status @acme/rare-hour@0.1.0 --registry https://plugins.example/',
  ];
  static override args = { folder: Args.string({ default: '.', description: 'Folder of the package.' }) };
  static override flags = {
    registry: Flags.string({ helpValue: 'URL', description: 'Registry to publish to; with --dry-run, to compare with.' }),
    'dry-run': Flags.boolean({ description: 'Only check; sends nothing and needs no network without --registry.' }),
    tag: Flags.string({ default: 'latest', description: 'Tag that points to the version from now on.' }),
    key: Flags.string({ helpValue: 'FILE', description: "Your private key; else author.pem in your folder of settings." }),
    'new-key': Flags.string({ helpValue: 'FILE', exclusive: ['key'], description: 'Make a new private key in this file and sign with it.' }),
    endorse: Flags.string({ helpValue: 'OLDKEY', description: 'Let your old private key vouch for the one that signs.' }),
    provenance: Flags.string({ helpValue: 'FILE', description: 'Send this sigstore bundle with it.' }),
    status: Flags.string({ helpValue: 'NAME@VERSION', exclusive: ['dry-run', 'key', 'new-key', 'endorse', 'provenance'], description: 'Ask how far a version has come that you published.' }),
  };

  async run(): Promise<Publishing> {
    const { args: { folder }, flags } = await this.parse(Publish);
    const { 'dry-run': dryRun, registry, status } = flags;
    const access = registry === undefined ? undefined : await this.#access(registry, folder);
    if (status !== undefined) return this.#status(required(access, '--status'), status);
    if (!dryRun) required(access, 'publishing');
    const packed = await this.#packed(folder);
    const { checked, notCompared } = await this.#checked(packed, access);
    const { name, version, integrity } = packed;
    const { state, findings } = checked;
    if (dryRun || !access) return { name, version, integrity, state, visible: null, signer: null, findings, notCompared };
    const { accepted, signer } = await this.#sent(access, packed, flags);
    const told = accepted.state === 'QUARANTINED' ? await this.#reasons(access, packed, findings) : findings;
    this.log(acceptedText({ name, version, ...accepted, findings: told }));
    return { name, version, integrity, ...accepted, signer, findings: told };
  }

  async #access(url: string, folder: string): Promise<RegistryAccess> {
    const registry = serverAddress(url);
    return { registry, token: await registryToken(registry, { folder, env: process.env }) };
  }

  /** What npm packs; of a plugin also whether its manifest says what its code says. */
  async #packed(folder: string): Promise<PackedPackage> {
    const packed = await this.#told(() => packFolder(folder, this.signal));
    if (packed.plugin) await verifyPlugin(resolve(folder));
    return packed;
  }

  async #checked(packed: PackedPackage, access: RegistryAccess | undefined): Promise<{ readonly checked: CheckedPackage; readonly notCompared: readonly string[] }> {
    const { name, version } = packed;
    const before = access ? await publishedBefore(access, packed, this.signal) : unasked;
    const checked = await checkPackage(packed, before, this.signal);
    this.log(checksText(`${name}@${version}`, checked));
    if (before.notCompared.length > 0) this.log(notComparedText(before.notCompared));
    const { state, findings } = checked;
    if (state === 'PASSED' || state === 'QUARANTINED') return { checked, notCompared: before.notCompared };
    throw new ByomlError('PUBLISH_REFUSED', `${name}@${version}: ${findings[0]?.message ?? 'a check could not be done'}${findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''}`, { details: { state, findings } });
  }

  async #sent(access: RegistryAccess, packed: PackedPackage, { tag, endorse, provenance, ...keys }: KeyFlags & { readonly tag: string; readonly endorse: string | undefined; readonly provenance: string | undefined }): Promise<{ readonly accepted: Accepted; readonly signer: string }> {
    const account = await accountOf(access, this.signal);
    const bundle = provenance === undefined ? undefined : await readProvenance(provenance);
    const endorsed = endorse === undefined ? undefined : { by: (await openedKey(endorse)).key, account };
    const { key, ...file } = await this.#key(keys);
    const publication = { packed, tag, key, ...(endorsed && { endorsed }), ...(bundle && { provenance: bundle }), now: new Date() };
    this.log(keyText({ ...file, key }));
    const accepted = await this.#told(() => sendPublication(access, publication, this.signal));
    return { accepted, signer: key.public.hex };
  }

  /** A key that is named has to be there; the usual one is made at the first publication. */
  #key({ key, 'new-key': made }: KeyFlags): Promise<AuthorKey> {
    if (made !== undefined) return makeAuthorKey(resolve(made));
    return key === undefined ? openAuthorKey(authorKeyFile(process.env)) : openedKey(key);
  }

  /** Why a version is held back: what the registry says, or else what the same checks said here. */
  async #reasons(access: RegistryAccess, packed: PackedPackage, findings: readonly AuthorFinding[]): Promise<readonly AuthorFinding[]> {
    try {
      return (await submissionOf(access, packed, this.signal)).findings;
    } catch {
      this.signal.throwIfAborted();
      return findings;
    }
  }

  async #status(access: RegistryAccess, text: string): Promise<Publishing> {
    const { name, version, integrity, state, visible, signer, findings } = await submissionOf(access, submissionNamed(text), this.signal);
    this.log(acceptedText({ name, version, state, visible, findings }));
    return { name, version, integrity, state, visible, signer, findings };
  }

  /** Prints what a refusal found before it ends the command. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (isByomlError(thrown) && thrown.code === 'PUBLISH_REFUSED') this.log(findingsText(findingsIn(thrown.details['findings'])));
      throw thrown;
    }
  }
}

/** Throws FILE_MISSING when there is none. */
const openedKey = async (path: string): Promise<AuthorKey> => ({ path, key: await readKeyFile(resolve(path)), made: false });

const required = (access: RegistryAccess | undefined, what: string): RegistryAccess => {
  if (!access) throw new ByomlError('USAGE_INVALID', `${what} needs --registry URL`);
  return access;
};
