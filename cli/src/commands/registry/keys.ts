import { Flags } from '@oclif/core';
import { keyRolesIn, rotateKeys, type KeyRole, type Rotated } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { registryRoot } from '../../registry-root.ts';
import { keyRolesText, rotatedText } from '../../render/registry.ts';

export default class RegistryKeys extends ByomlCommand {
  static override summary = 'Show who may sign what for a registry, or sign its next root.';
  static override description = 'A rotation is signed by enough of the present root keys; clients follow it by themselves. --root-key names all root keys from now on, and makes those that do not exist. --online gives the registry new keys for everything else; start a running server again afterwards. Without either, --rotate renews the root for a year. Keep root keys apart and offline: no server needs them.';
  static override examples = [
    '<%= config.bin %> registry keys --root ./registry-data',
    {
      description: 'Three root keys, of which two have to sign from now on:',
      command: '<%= config.bin %> registry keys --root ./registry-data --rotate --sign-with ./registry-data/keys/root.pem --root-key /media/a/root.pem --root-key /media/b/root.pem --root-key /media/c/root.pem --threshold 2',
    },
    { description: 'New online keys, signed by two of the three:', command: '<%= config.bin %> registry keys --root ./registry-data --rotate --online --sign-with /media/a/root.pem --sign-with /media/c/root.pem' },
  ];
  static override flags = {
    root: registryRoot,
    rotate: Flags.boolean({ description: 'Sign the next root.' }),
    'sign-with': Flags.string({ multiple: true, helpValue: 'FILE', dependsOn: ['rotate'], description: 'Present root key (repeatable); keys/root.pem when absent.' }),
    'root-key': Flags.string({ multiple: true, helpValue: 'FILE', dependsOn: ['rotate'], description: 'Root key from now on (repeatable); made when there is no such file.' }),
    threshold: Flags.integer({ helpValue: 'N', min: 1, dependsOn: ['rotate'], description: 'How many root keys have to sign from now on.' }),
    online: Flags.boolean({ dependsOn: ['rotate'], description: 'New keys for timestamp, snapshot and targets.' }),
  };

  async run(): Promise<{ roles: readonly KeyRole[] } | Rotated> {
    const { flags: { root, rotate, 'sign-with': signWith, 'root-key': rootKeys, threshold, online } } = await this.parse(RegistryKeys);
    if (!rotate) {
      const roles = await keyRolesIn(root, this.signal);
      this.log(keyRolesText(roles));
      return { roles };
    }
    const rotated = await rotateKeys({ root, signWith, rootKeys, threshold, online }, this.signal);
    this.log(rotatedText(rotated, { online }));
    return rotated;
  }
}
