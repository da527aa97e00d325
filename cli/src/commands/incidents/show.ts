import { Args } from '@oclif/core';
import type { AlertRecord } from '@byoml/core/state';
import { incidentNamed } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { isoDay, readState, workspace } from '../../detecting.ts';
import { bold, dim } from '../../render/colour.ts';
import { incidentText, oneInText } from '../../render/incident.ts';
import { table } from '../../render/table.ts';
import { listed, type ListedIncident } from './list.ts';

export default class IncidentsShow extends ByomlCommand {
  static override summary = 'One incident: its alerts, its evidence, the commands that go deeper.';
  static override examples = ['<%= config.bin %> incidents show 3f2a90c1d4e5b678 --workspace ./soc'];
  static override args = { incident: Args.string({ required: true, description: 'Id of the incident, or its beginning.' }) };
  static override flags = { workspace };

  async run(): Promise<ListedIncident & { alerts: AlertRecord[] }> {
    const { args, flags } = await this.parse(IncidentsShow);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const incident = incidentNamed(state, args.incident);
    const alerts = state.alerts({ detection: incident.detection, role: incident.role, incident: incident.id });
    const shown = { ...listed(state, incident), alerts };
    if (!this.jsonEnabled()) {
      this.log(`${bold(isoDay(incident.day))}  ${dim(incident.detection)}\n${incidentText(incident)}\n`);
      this.log(table(alerts.map(({ user, resource, pValue, status, recordId }) => [`  ${user}`, resource, oneInText(1 / pValue), status, dim(`byoml explain ${recordId.slice(0, 12)}`)])));
      this.log(`\n${shown.evidence.length} pieces of evidence`);
      this.log(table(shown.evidence.map(({ run, kind, day, count, sentence }) => [`  run ${run}`, day, kind, `${count} times`, sentence])));
    }
    return shown;
  }
}
