import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { withSuppression } from '@byoml/core/detection-file';
import { readDetection, suppressionStatuses, wouldHide, type SuppressionStatus, type WouldHide } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { clockOf, now, readState, workspace } from '../../detecting.ts';
import { fileOf, replaceFile } from '../../detection-text.ts';
import { terminal } from '../../installing/ask.ts';
import { wouldHideText } from '../../render/suppression.ts';
import { suppressionFrom } from '../../suppression-flags.ts';

interface Added {
  readonly file: string;
  readonly suppression: SuppressionStatus;
  /** Of the alerts of the last 30 days. */
  readonly wouldHaveHidden: WouldHide;
}

export default class SuppressionsAdd extends ByomlCommand {
  static override summary = 'Suppress alerts that are known, until a day: each needs an owner and a reason.';
  static override description = 'Tells how many of the alerts of the last 30 days it would have hidden, and writes the suppression to the file of the detection. One that hides more than 1 % of them has to be confirmed. `*` in a pattern stands for anything; all that are given must match.';
  static override examples = ["<%= config.bin %> suppressions add share-access --user 'svc-backup*' --owner ann --reason 'new backup, CHG-1234' --expires 30d --workspace ./soc"];
  static override args = { detection: Args.string({ required: true, description: 'Name of the detection.' }) };
  static override flags = {
    workspace,
    user: Flags.string({ helpValue: 'PATTERN', description: 'Account, with or without its domain.' }),
    resource: Flags.string({ helpValue: 'PATTERN', description: 'Resource.' }),
    scope: Flags.string({ helpValue: 'PATTERN', description: 'Scope, such as a tenant.' }),
    host: Flags.string({ helpValue: 'PATTERN', description: 'Source host; all hosts of an access must match.' }),
    owner: Flags.string({ required: true, helpValue: 'NAME', description: 'Who answers for it.' }),
    reason: Flags.string({ required: true, helpValue: 'TEXT', description: 'Why.' }),
    expires: Flags.string({ required: true, helpValue: '30d|DATE', description: 'How long it holds, or until when; at most 366 days.' }),
    yes: Flags.boolean({ description: 'It may hide more than 1 % of the alerts.' }),
    now,
  };

  async run(): Promise<Added> {
    const { args, flags } = await this.parse(SuppressionsAdd);
    const at = clockOf(flags.now).now();
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const { detection } = await readDetection(opened.workspace, args.detection);
    const suppression = suppressionFrom(flags, detection.suppress, at);
    const wouldHaveHidden = wouldHide(state, detection.name, suppression.match, at);
    this.show(wouldHideText(wouldHaveHidden), true);
    if (wouldHaveHidden.wide && !flags.yes) await this.#confirm(suppression.id, wouldHaveHidden);
    const confirmed = { ...suppression, wide: wouldHaveHidden.wide };
    const { path, text } = await fileOf(opened.workspace.folder, detection.name);
    await replaceFile(path, withSuppression(text, path, confirmed));
    this.log(`${path}: ${confirmed.id} is suppressed until ${new Date(confirmed.expires).toISOString()}`);
    return { file: path, wouldHaveHidden, suppression: suppressionStatuses(state, { name: detection.name, suppress: [confirmed] }, at)[0] as SuppressionStatus };
  }

  async #confirm(id: string, would: WouldHide): Promise<void> {
    const ask = this.jsonEnabled() ? undefined : terminal(this.signal);
    if (!ask) throw new ByomlError('USAGE_INVALID', `suppression ${id} ${wouldHideText(would)}, more than 1 %: narrow it, or add --yes`, { details: { id, ...would } });
    if (!(await ask('That is more than 1 % of the alerts. Suppress them all the same?'))) throw new ByomlError('CANCELLED', 'nothing was written');
  }
}
