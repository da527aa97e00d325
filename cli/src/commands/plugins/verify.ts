import { Args } from '@oclif/core';
import { verifyPlugin, type VerifiedPhase } from '@byoml/core/plugins';
import { ByomlCommand } from '../../command.ts';
import { green } from '../../render/colour.ts';

export default class PluginsVerify extends ByomlCommand {
  static override summary = 'Load a plugin as byoml would, phase by phase, and name the one that fails.';
  static override examples = ['<%= config.bin %> plugins verify', '<%= config.bin %> plugins verify ./rare-hour --json'];
  static override args = { folder: Args.string({ default: '.', description: 'Folder of the plugin.' }) };

  async run(): Promise<{ plugin: string; phases: readonly VerifiedPhase[] }> {
    const { args } = await this.parse(PluginsVerify);
    const verified = await verifyPlugin(args.folder);
    for (const { phase, detail } of verified.phases) this.log(`${green('✓')} ${phase}  ${detail}`);
    return verified;
  }
}
