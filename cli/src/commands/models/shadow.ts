import { Args } from '@oclif/core';
import { State, type ModelRecord } from '@byoml/core/state';
import { modelNamed, openWorkspace, shadow } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { clockOf, workspace } from '../../detecting.ts';

export default class ModelsShadow extends ByomlCommand {
  static override summary = 'Let a model score beside the active one; its results reach no sink.';
  static override examples = ['<%= config.bin %> models shadow share-access@12 --workspace ./soc'];
  static override args = { model: Args.string({ required: true, description: 'DETECTION@VERSION' }) };
  static override flags = { workspace };

  async run(): Promise<ModelRecord> {
    const { args, flags } = await this.parse(ModelsShadow);
    const { folder } = await openWorkspace(flags.workspace);
    using state = State.open(folder);
    const model = modelNamed(state, args.model);
    shadow({ state, model, clock: clockOf(undefined) });
    this.log(`${model.detection}@${model.version} scores beside production; its incidents: byoml incidents list --shadow`);
    return modelNamed(state, `${model.detection}@${model.version}`);
  }
}
