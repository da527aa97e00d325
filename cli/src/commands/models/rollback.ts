import { Args } from '@oclif/core';
import { State, type ModelRecord } from '@byoml/core/state';
import { modelNamed, openWorkspace, promote, rollbackTarget } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { clockOf, workspace } from '../../detecting.ts';

export default class ModelsRollback extends ByomlCommand {
  static override summary = 'Go back to the model that the last promotion replaced, or to the training before.';
  static override examples = ['<%= config.bin %> models rollback share-access --workspace ./soc'];
  static override args = { detection: Args.string({ required: true, description: 'Name of the detection.' }) };
  static override flags = { workspace };

  async run(): Promise<ModelRecord> {
    const { args, flags } = await this.parse(ModelsRollback);
    const { folder } = await openWorkspace(flags.workspace);
    using state = State.open(folder);
    const model = rollbackTarget(state, args.detection);
    promote({ state, model, clock: clockOf(undefined) }, 'rollback');
    this.log(`${model.detection}@${model.version} is active again`);
    return modelNamed(state, args.detection);
  }
}
