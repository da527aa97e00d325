import { readFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { openAdministered, promoteAtRegistry, promoteVersion, serverAddress, versionNamed, type RegistryAccess, type Released } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { bold } from '../../render/colour.ts';

export default class RegistryPromote extends ByomlCommand {
  static override summary = 'Let a version appear now that a cooldown, a check or the want of a second person holds back.';
  static override description = 'With --root as the administrator, or for the account of --by; with --registry as the account of the token, which --token-file or BYOML_REGISTRY_TOKEN holds. Nobody releases a version of their own that waits for a second person.';
  static override examples = ['<%= config.bin %> registry promote @acme/rare-hour@1.2.0 --root ./registry-data', '<%= config.bin %> registry promote @acme/rare-hour@1.2.0 --registry https://plugins.example/ --token-file ./token'];
  static override args = { version: Args.string({ required: true, description: 'NAME@VERSION' }) };
  static override flags = {
    root: Flags.string({ helpValue: 'DIR', exactlyOne: ['root', 'registry'], description: 'Folder of the registry; a server may run on it.' }),
    by: Flags.string({ helpValue: 'ACCOUNT', dependsOn: ['root'], description: 'Account that decides; the administrator when absent.' }),
    registry: Flags.string({ helpValue: 'URL', description: 'Registry elsewhere.' }),
    'token-file': Flags.string({ helpValue: 'FILE', dependsOn: ['registry'], description: 'File with the token; else BYOML_REGISTRY_TOKEN.' }),
  };

  async run(): Promise<Released> {
    const { args, flags: { root, by, registry, 'token-file': tokenFile } } = await this.parse(RegistryPromote);
    const which = versionNamed(args.version);
    const released = registry === undefined ? await this.#here(root ?? '', which, by) : await promoteAtRegistry(await accessTo(registry, tokenFile), which, this.signal);
    this.log(`${bold(args.version)} is visible since ${released.visible}`);
    return released;
  }

  async #here(root: string, which: Parameters<typeof promoteVersion>[1], by: string | undefined): Promise<Released> {
    await using administered = await openAdministered(root, {}, this.signal);
    return await promoteVersion(administered, which, by);
  }
}

async function accessTo(url: string, tokenFile: string | undefined): Promise<RegistryAccess> {
  const token = tokenFile === undefined ? process.env['BYOML_REGISTRY_TOKEN'] : await readFile(tokenFile, 'utf8').catch((thrown: unknown) => {
    throw new ByomlError('FILE_MISSING', `--token-file ${tokenFile}: ${(thrown as Error).message}`, { cause: thrown, details: { path: tokenFile } });
  });
  if (!token?.trim()) throw new ByomlError('USAGE_INVALID', 'promoting at a registry needs --token-file or BYOML_REGISTRY_TOKEN');
  return { registry: serverAddress(url), token: token.trim() };
}
