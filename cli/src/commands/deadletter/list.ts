import { Flags } from '@oclif/core';
import type { DeadLetterRecord } from '@byoml/core/state';
import { ByomlCommand } from '../../command.ts';
import { detection } from '../../dead-letters.ts';
import { readState, workspace } from '../../detecting.ts';
import { deadLettersText } from '../../render/dead-letter.ts';

export default class DeadLetterList extends ByomlCommand {
  static override summary = 'Results that a destination refused, and why: the oldest first.';
  static override description = 'A row is here when its destination will not take it however often it is sent. What a destination cannot take now waits in the workspace and is sent by the next run.';
  static override examples = ['<%= config.bin %> deadletter list --workspace ./soc', '<%= config.bin %> deadletter list --detection share-access --after 1000 --json'];
  static override flags = {
    workspace,
    detection,
    limit: Flags.integer({ min: 1, max: 100_000, default: 100, helpValue: 'N', description: 'At most this many.' }),
    after: Flags.integer({ min: 0, helpValue: 'ID', description: 'Only those after this one: the last of the page before.' }),
  };

  async run(): Promise<{ deadLetters: DeadLetterRecord[] }> {
    const { flags } = await this.parse(DeadLetterList);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const deadLetters = state.deadLetters({ detection: flags.detection, limit: flags.limit, after: flags.after });
    this.log(deadLettersText(deadLetters));
    return { deadLetters };
  }
}
