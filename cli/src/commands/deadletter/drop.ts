import { Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { State, type DeadLetterChoice } from '@byoml/core/state';
import { openWorkspace } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { all, bySink, choiceOf, detection, ids, type LettersOfSink } from '../../dead-letters.ts';
import { clockOf, workspace } from '../../detecting.ts';
import { terminal } from '../../installing/ask.ts';
import { countsText, countText, lettersOf } from '../../render/dead-letter.ts';

export default class DeadLetterDrop extends ByomlCommand {
  static override summary = 'Forget refused results: they will never be sent.';
  static override description = 'The alerts stay in the workspace; only their way out ends. Asks first; without a terminal it needs --yes. Recorded in the audit log.';
  static override examples = ['<%= config.bin %> deadletter drop 12 13 --workspace ./soc', '<%= config.bin %> deadletter drop --detection share-access --all --yes'];
  static override args = { id: ids };
  static override flags = { workspace, detection, all, yes: Flags.boolean({ char: 'y', description: 'Drop without being asked.' }) };

  async run(): Promise<{ dropped: number; bySink: LettersOfSink[] }> {
    const { args, flags } = await this.parse(DeadLetterDrop);
    const choice = choiceOf('drop', { ids: args.id, all: flags.all, detection: flags.detection });
    const { folder } = await openWorkspace(flags.workspace);
    const agreed = flags.yes ? choice : await this.#agreed(folder, choice);
    using state = State.open(folder);
    const counts = state.dropDeadLetters(agreed, clockOf(undefined).now().toISOString());
    const dropped = lettersOf(counts);
    this.log(dropped === 0 ? 'there are no dead letters' : `dropped ${countText(dropped)}:\n${countsText(counts)}`);
    return { dropped, bySink: bySink(counts) };
  }

  /** What somebody at the terminal agreed to: not what was refused while they thought. The workspace is free meanwhile. */
  async #agreed(folder: string, choice: DeadLetterChoice): Promise<DeadLetterChoice> {
    const ask = terminal(this.signal);
    if (!ask) throw new ByomlError('USAGE_INVALID', 'byoml deadletter drop: there is no terminal to ask on; agree with --yes', { details: { command: this.id, flag: '--yes' } });
    using state = State.open(folder, { readOnly: true });
    const counts = state.countDeadLetters(choice);
    if (counts.length === 0) return choice;
    this.show(countsText(counts), true);
    if (!(await ask(`Drop ${countText(lettersOf(counts))} for good?`))) throw new ByomlError('CANCELLED', 'nothing was dropped');
    return { ...choice, through: Math.max(...counts.map(({ through }) => through)) };
  }
}
