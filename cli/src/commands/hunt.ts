import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { parseDuration } from '@byoml/core/detection-file';
import { alertNamed, huntAlert, huntResults } from '@byoml/core/workspace';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { openDetecting, readState, workspace } from '../detecting.ts';

/** What `--json` prints. */
export interface HuntingQuery {
  readonly detection: string;
  /** Record id; null for all alerts of the detection. */
  readonly alert: string | null;
  readonly kql: string;
}

const isRecordId = (text: string): boolean => /^[0-9a-f]{4,64}$/u.test(text);

export default class Hunt extends ByomlCommand {
  static override summary = 'Print KQL that shows the raw events around a detection\'s alerts, or around one alert.';
  static override description = 'With a detection: its alerts in the table of results, each with the events of its account, resource and hosts about that time. With an alert: the same with its values filled in; that query needs no table of results.';
  static override examples = ['<%= config.bin %> hunt share-access --workspace ./soc', '<%= config.bin %> hunt 3f2a90c1d4e5 --around 2h --workspace ./soc'];
  static override args = { what: Args.string({ required: true, description: 'Name of a detection, or its file; or the record id of an alert, or its beginning.' }) };
  static override flags = {
    workspace,
    table: Flags.string({ default: 'ByomlAnomalousAccess_CL', helpValue: 'NAME', description: 'Table that the results are in.' }),
    'look-back': Flags.string({ default: '14d', helpValue: 'SPAN', description: 'How far back alerts are taken.' }),
    around: Flags.string({ default: '1h', helpValue: 'SPAN', description: 'How long before and after the accesses other events count.' }),
    plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<HuntingQuery> {
    const { args, flags } = await this.parse(Hunt);
    const aroundMs = spanOf('around', flags.around);
    const alert = await this.#alert(flags.workspace, args.what);
    await using detecting = await openDetecting({ ...flags, detection: alert?.detection ?? args.what, readOnly: true, ...this.opening(flags) });
    const { plan } = detecting;
    const table = tableName(flags.table);
    const lookBackMs = spanOf('look-back', flags['look-back']);
    const kql = alert ? huntAlert(plan, alert, aroundMs) : huntResults(plan, { table, lookBackMs, aroundMs });
    this.progress.stop();
    this.log(kql);
    return { detection: plan.detection.name, alert: alert?.recordId ?? null, kql };
  }

  /** The alert of that id; undefined where the text is the name of a detection. */
  async #alert(folder: string, what: string): Promise<ReturnType<typeof alertNamed> | undefined> {
    if (!isRecordId(what)) return undefined;
    const opened = await readState(folder);
    using state = opened.state;
    return opened.workspace.detections.includes(what) ? undefined : alertNamed(state, what);
  }
}

function spanOf(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new ByomlError('USAGE_INVALID', `--${flag} ${text}: expected a time such as 90m, 12h or 14d`, { details: { [flag]: text } });
}

/** Part of the query as it is, so it must be a name. */
function tableName(text: string): string {
  if (/^[A-Za-z]\w{0,62}$/u.test(text)) return text;
  throw new ByomlError('USAGE_INVALID', `--table ${text}: expected the name of a table, such as ByomlAnomalousAccess_CL`, { details: { table: text } });
}
