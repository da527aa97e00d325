import { Args } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { withoutSuppression } from '@byoml/core/detection-file';
import { openWorkspace, readDetection } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { workspace } from '../../detecting.ts';
import { fileOf, replaceFile } from '../../detection-text.ts';

export default class SuppressionsRemove extends ByomlCommand {
  static override summary = 'Take a suppression out of the file of its detection: the next match alerts.';
  static override examples = ['<%= config.bin %> suppressions remove share-access user-svc-backup-3f2a90 --workspace ./soc'];
  static override args = {
    detection: Args.string({ required: true, description: 'Name of the detection.' }),
    id: Args.string({ required: true, description: 'Id of the suppression, as `suppressions list` shows it.' }),
  };
  static override flags = { workspace };

  async run(): Promise<{ detection: string; id: string; file: string }> {
    const { args, flags } = await this.parse(SuppressionsRemove);
    const opened = await openWorkspace(flags.workspace);
    const { detection } = await readDetection(opened, args.detection);
    const ids = detection.suppress.map(({ id }) => id);
    if (!ids.includes(args.id)) throw new ByomlError('USAGE_INVALID', `${detection.name} has no suppression ${args.id}${ids.length > 0 ? `; there are ${ids.join(', ')}` : ''}`, { details: { detection: detection.name, id: args.id, existing: ids } });
    const { path, text } = await fileOf(opened.folder, detection.name);
    await replaceFile(path, withoutSuppression(text, path, args.id));
    this.log(`${path}: ${args.id} is gone; the next match alerts`);
    return { detection: detection.name, id: args.id, file: path };
  }
}
