import { State } from '@byoml/core/state';
import { openWorkspace } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { all, bySink, choiceOf, detection, ids, type LettersOfSink } from '../../dead-letters.ts';
import { clockOf, workspace } from '../../detecting.ts';
import { countsText, countText, lettersOf } from '../../render/dead-letter.ts';

export default class DeadLetterRetry extends ByomlCommand {
  static override summary = 'Send refused results again, with the next run.';
  static override description = 'They go back among what waits for the sinks, in the revision they had. Rows that are refused again come back to the list.';
  static override examples = ['<%= config.bin %> deadletter retry 12 13 --workspace ./soc', '<%= config.bin %> deadletter retry --detection share-access --all'];
  static override args = { id: ids };
  static override flags = { workspace, detection, all };

  async run(): Promise<{ retried: number; bySink: LettersOfSink[] }> {
    const { args, flags } = await this.parse(DeadLetterRetry);
    const choice = choiceOf('retry', { ids: args.id, all: flags.all, detection: flags.detection });
    const { folder } = await openWorkspace(flags.workspace);
    using state = State.open(folder);
    const counts = state.retryDeadLetters(choice, clockOf(undefined).now().toISOString());
    const retried = lettersOf(counts);
    this.log(retried === 0 ? 'there are no dead letters' : `${countText(retried)} will be sent again by the next \`byoml run\`:\n${countsText(counts)}`);
    return { retried, bySink: bySink(counts) };
  }
}
