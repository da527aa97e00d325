import { Args } from '@oclif/core';
import { readDetection, suppressionStatuses, type SuppressionStatus } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { clockOf, now, readState, workspace } from '../../detecting.ts';
import { suppressionsText } from '../../render/suppression.ts';

export default class SuppressionsList extends ByomlCommand {
  static override summary = 'What is suppressed: by whom, why, until when, and how many alerts that hid.';
  static override examples = ['<%= config.bin %> suppressions list share-access --workspace ./soc'];
  static override args = { detection: Args.string({ description: 'Name of the detection; all when absent.' }) };
  static override flags = { workspace, now };

  async run(): Promise<{ suppressions: SuppressionStatus[] }> {
    const { args, flags } = await this.parse(SuppressionsList);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const at = clockOf(flags.now).now();
    const names = args.detection === undefined ? opened.workspace.detections : [args.detection];
    const read = await Promise.all(names.map((name) => readDetection(opened.workspace, name)));
    const suppressions = read.flatMap(({ detection }) => suppressionStatuses(state, detection, at));
    this.log(suppressionsText(suppressions, at));
    return { suppressions };
  }
}
