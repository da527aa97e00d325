import { Flags } from '@oclif/core';
import type { QuarantineRecord } from '@byoml/core/state';
import { ByomlCommand } from '../../command.ts';
import { readState, workspace } from '../../detecting.ts';
import { dim } from '../../render/colour.ts';
import { quarantineText } from '../../render/quarantine.ts';

export default class QuarantineList extends ByomlCommand {
  static override summary = 'Files that runs leave out, since they cannot be read.';
  static override description = 'A file is tried again when it changes; `byoml quarantine retry` has it tried as it is.';
  static override examples = ['<%= config.bin %> quarantine list --workspace ./soc', '<%= config.bin %> quarantine list --detection share-access --json'];
  static override flags = { workspace, detection: Flags.string({ helpValue: 'NAME', description: 'Only of this detection.' }) };

  async run(): Promise<{ files: QuarantineRecord[] }> {
    const { flags } = await this.parse(QuarantineList);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const files = (flags.detection === undefined ? opened.workspace.detections : [flags.detection]).flatMap((name) => state.quarantine(name));
    this.log(files.length === 0 ? dim('every file could be read') : quarantineText(files));
    return { files };
  }
}
