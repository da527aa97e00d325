import { Flags } from '@oclif/core';
import type { EvidenceRecord, IncidentRecord, State } from '@byoml/core/state';
import { ByomlCommand } from '../../command.ts';
import { dayOf, isoDay, readState, workspace } from '../../detecting.ts';
import { bold, dim } from '../../render/colour.ts';
import { incidentText } from '../../render/incident.ts';

export interface ListedIncident extends Omit<IncidentRecord, 'day'> {
  readonly day: string;
  readonly evidence: ReadonlyArray<Omit<EvidenceRecord, 'day' | 'incident'> & { readonly day: string }>;
}

export function listed(state: State, incident: IncidentRecord): ListedIncident {
  const evidence = state.evidence(incident.id).map(({ incident: _id, ...one }) => ({ ...one, day: isoDay(one.day) }));
  return { ...incident, day: isoDay(incident.day), evidence };
}

export default class IncidentsList extends ByomlCommand {
  static override summary = 'The queue: incidents by day and rank.';
  static override examples = ['<%= config.bin %> incidents list --workspace ./soc', '<%= config.bin %> incidents list --detection share-access --from 2026-11-01 --json'];
  static override flags = {
    workspace,
    detection: Flags.string({ helpValue: 'NAME', description: 'Only of this detection.' }),
    from: Flags.string({ helpValue: 'DAY', description: 'First UTC day.' }),
    to: Flags.string({ helpValue: 'DAY', description: 'The day after the last.' }),
    status: Flags.option({ options: ['open', 'closed'] as const })({ description: 'Only of this status.' }),
    search: Flags.string({ helpValue: 'TEXT', description: 'Only those that name this account, host or resource.' }),
    shadow: Flags.boolean({ description: 'Those of the shadow model instead.' }),
    limit: Flags.integer({ min: 1, max: 10_000, default: 100, helpValue: 'N', description: 'At most this many, newest day first.' }),
  };

  async run(): Promise<{ incidents: ListedIncident[] }> {
    const { flags } = await this.parse(IncidentsList);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const found = state.incidents({
      role: flags.shadow ? 'shadow' : 'production', limit: flags.limit, queued: true,
      ...(flags.detection !== undefined && { detection: flags.detection }), ...(flags.status && { status: flags.status }), ...(flags.search !== undefined && { search: flags.search }),
      ...(flags.from !== undefined && { from: dayOf('from', flags.from) }), ...(flags.to !== undefined && { to: dayOf('to', flags.to) }),
    });
    if (!this.jsonEnabled()) this.#print(found);
    return { incidents: found.map((incident) => listed(state, incident)) };
  }

  #print(found: readonly IncidentRecord[]): void {
    if (found.length === 0) this.log(dim('no incidents: nothing was above the line, or nothing has run yet (see `byoml runs list`)'));
    let day: number | undefined;
    for (const incident of found) {
      if (incident.day !== day) this.log(`${day === undefined ? '' : '\n'}${bold(isoDay(incident.day))}  ${dim(incident.detection)}`);
      day = incident.day;
      this.log(incidentText(incident));
    }
  }
}
