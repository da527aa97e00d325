import { Args } from '@oclif/core';
import { State, type ModelRecord } from '@byoml/core/state';
import { modelNamed, openWorkspace, promote } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { clockOf, workspace } from '../../detecting.ts';

export default class ModelsPromote extends ByomlCommand {
  static override summary = 'Make a model the one whose results count.';
  static override examples = ['<%= config.bin %> models promote share-access@12 --workspace ./soc'];
  static override args = { model: Args.string({ required: true, description: 'DETECTION@VERSION' }) };
  static override flags = { workspace };

  async run(): Promise<ModelRecord> {
    const { args, flags } = await this.parse(ModelsPromote);
    const { folder } = await openWorkspace(flags.workspace);
    using state = State.open(folder);
    const model = modelNamed(state, args.model);
    promote({ state, model, clock: clockOf(undefined) });
    this.log(`${model.detection}@${model.version} is active now; back again: byoml models rollback`);
    return modelNamed(state, `${model.detection}@${model.version}`);
  }
}
