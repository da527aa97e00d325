import { Args } from '@oclif/core';
import type { ModelRecord } from '@byoml/core/state';
import { ByomlCommand } from '../../command.ts';
import { isoDay, readState, workspace } from '../../detecting.ts';
import { bold, dim } from '../../render/colour.ts';
import { table } from '../../render/table.ts';

export default class ModelsList extends ByomlCommand {
  static override summary = 'The models of a detection, newest first.';
  static override examples = ['<%= config.bin %> models list share-access --workspace ./soc'];
  static override args = { detection: Args.string({ description: 'Name of the detection; all when absent.' }) };
  static override flags = { workspace };

  async run(): Promise<{ models: ModelRecord[] }> {
    const { args, flags } = await this.parse(ModelsList);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const models = (args.detection === undefined ? opened.workspace.detections : [args.detection]).flatMap((name) => state.models(name));
    if (models.length === 0) this.log(dim('no models yet: byoml train DETECTION, or byoml run DETECTION'));
    this.log(table(models.map(({ detection, version, role, made, days, rows, digest, pruned }) =>
      [role === 'active' ? bold(`${detection}@${version}`) : `${detection}@${version}`, role, made, `${isoDay(days.from)} – ${isoDay(days.to - 1)}`, `${rows.toLocaleString('en-US')} rows`, dim(digest.slice(0, 12)), pruned ? dim('removed') : ''])));
    return { models };
  }
}
