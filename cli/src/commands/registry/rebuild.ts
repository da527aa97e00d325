import { rebuildRegistry, type Rebuilt } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { registryRoot } from '../../registry-root.ts';
import { rebuiltText } from '../../render/registry.ts';

export default class RegistryRebuild extends ByomlCommand {
  static override summary = 'Make every derived file of a registry anew from the log, the tarballs and the blobs.';
  static override description = 'Packuments, cards, advisories and what is signed about them. Says what changed: nothing, where nothing was wrong.';
  static override examples = ['<%= config.bin %> registry rebuild --root ./registry-data'];
  static override flags = { root: registryRoot };

  async run(): Promise<Rebuilt> {
    const { flags: { root } } = await this.parse(RegistryRebuild);
    this.progress.step('rebuilding');
    const rebuilt = await rebuildRegistry(root, { progress: this.progress.update }, this.signal);
    this.progress.stop();
    this.log(rebuiltText(rebuilt));
    return rebuilt;
  }
}
