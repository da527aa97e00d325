import { fileURLToPath } from 'node:url';
import { Args, Flags } from '@oclif/core';
import { scaffold } from '@byoml/core/scaffold';
import { ByomlCommand } from '../command.ts';

export default class New extends ByomlCommand {
  static override summary = 'Start a plugin: a whole working package with its tests.';
  static override examples = ['<%= config.bin %> new algorithm rare-hour', '<%= config.bin %> new sink to-slack --into ./plugins'];
  static override args = {
    kind: Args.string({ required: true, options: ['algorithm', 'data-source', 'sink', 'rule-template'], description: 'What to start.' }),
    name: Args.string({ required: true, description: 'Name of the package: lower-case words joined by hyphens.' }),
  };
  static override flags = { into: Flags.string({ default: '.', helpValue: 'DIR', description: 'Folder to make the package in.' }) };

  async run(): Promise<{ folder: string; files: readonly string[] }> {
    const { args, flags } = await this.parse(New);
    const templates = fileURLToPath(new URL('.', import.meta.resolve('@byoml/templates/package.json')));
    const made = await scaffold({ templates, kind: args.kind, name: args.name, into: flags.into });
    this.log(`made ${made.folder} (${made.files.length} files)\n\nnext: cd ${made.folder} && npm install && npm test`);
    return made;
  }
}
