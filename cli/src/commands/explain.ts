import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { explainRows, type ExplainedRow } from '@byoml/core/ad-hoc';
import { alertEvents, alertNamed, alertWithout } from '@byoml/core/workspace';
import { required } from '../ad-hoc-flags.ts';
import { allowLevel, ByomlCommand, plugin, type OpeningFlags } from '../command.ts';
import { openDetecting, readState, workspace } from '../detecting.ts';
import { alertText, type ExplainedAlert } from '../render/alert.ts';
import { explanationText } from '../render/explanation.ts';
import { openSession } from '../session.ts';

export default class Explain extends ByomlCommand {
  static override summary = 'Explain an alert, or the score of one row: exact terms that add up, reasons, one sentence.';
  static override description = 'With an alert (its id is in `incidents show`): what it rests on, what its score becomes without some of it (--without peer=NAME, resource=NAME), and the raw events behind it (--events).';
  static override examples = [
    '<%= config.bin %> explain 3f2a90c1d4e5 --workspace ./soc', '<%= config.bin %> explain 3f2a90c1d4e5 --without peer=DOM\\\\ann', '<%= config.bin %> explain 3f2a90c1d4e5 --events',
    '<%= config.bin %> explain --model ./model --data accesses.csv --row 17',
  ];
  static override args = { alert: Args.string({ description: 'Record id of the alert, or its beginning.' }) };
  static override flags = {
    workspace,
    without: Flags.string({ multiple: true, helpValue: 'NAME=VALUE', description: 'Leave this evidence out (repeatable; all of them together name it).' }),
    events: Flags.boolean({ description: 'Also show the raw events behind the alert.' }),
    limit: Flags.integer({ min: 1, max: 1000, default: 20, helpValue: 'N', description: 'At most this many events.' }),
    model: Flags.string({ helpValue: 'DIR', description: 'Folder of the model.' }),
    data: Flags.string({ multiple: true, helpValue: 'FILE', description: 'File or data-export folder that holds the row.' }),
    row: Flags.integer({ min: 1, description: 'Number of the row, counted from 1 without the header.' }),
    plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<ExplainedRow | ExplainedAlert> {
    const { args, flags } = await this.parse(Explain);
    if (args.alert !== undefined) return this.#alert(args.alert, flags);
    const { model, data, row } = required(flags, 'model', 'data', 'row');
    await using session = await openSession({ ...this.opening(flags), workspace: flags.workspace });
    const [explained] = (await explainRows(session, { model, data, rows: [row] })) as [ExplainedRow];
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(explanationText(explained));
    return explained;
  }

  async #alert(id: string, flags: OpeningFlags & { readonly workspace: string; readonly without?: string[] | undefined; readonly events: boolean; readonly limit: number }): Promise<ExplainedAlert> {
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const alert = alertNamed(state, id);
    const evidence = flags.without && evidenceOf(flags.without);
    const explained: ExplainedAlert = {
      alert,
      ...(evidence && { without: { evidence, ...alertWithout(state, alert, evidence) } }),
      ...(flags.events && { events: await this.#events(alert, flags) }),
    };
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(alertText(explained));
    return explained;
  }

  async #events(alert: ExplainedAlert['alert'], flags: OpeningFlags & { readonly workspace: string; readonly limit: number }): Promise<NonNullable<ExplainedAlert['events']>> {
    await using detecting = await openDetecting({ workspace: flags.workspace, detection: alert.detection, readOnly: true, ...this.opening(flags) });
    return await alertEvents(detecting.session, detecting.plan, detecting.state, alert, flags.limit);
  }
}

function evidenceOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const [, name, value] = /^([^=]+)=(.+)$/u.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new ByomlError('USAGE_INVALID', `--without ${text}: expected NAME=VALUE, such as peer=DOM\\ann`, { details: { without: text } });
    return [name, value];
  }));
}
