import { attackTechnique, tacticsOf } from '../attack/index.ts';
import { severities } from '../contracts/rule.ts';
import { accountOf, hostsOf } from './account.ts';
import { checkedRecord } from './checked-record.ts';
import { ecsVersion } from './ecs-schema.ts';
import { ecsSchema } from './ecs-shape.ts';
import { spanOf } from './event-time.ts';
import type { ResultRow } from './result-row.ts';

export type EcsRecord = Readonly<Record<string, unknown>>;

function threatOf(ids: readonly string[]): EcsRecord | undefined {
  const found = ids.flatMap((id) => attackTechnique(id) ?? []);
  if (found.length === 0) return undefined;
  const tactics = tacticsOf(ids);
  const techniques = new Map(found.map(({ id, name, parent }) => [parent?.id ?? id, parent?.name ?? name]));
  const below = found.filter(({ parent }) => parent);
  return {
    framework: 'MITRE ATT&CK',
    tactic: { id: tactics.map(({ id }) => id), name: tactics.map(({ name }) => name) },
    technique: {
      id: [...techniques.keys()], name: [...techniques.values()],
      ...(below.length > 0 && { subtechnique: { id: below.map(({ id }) => id), name: below.map(({ name }) => name) } }),
    },
  };
}

/** Where it came from, said of a single host only: of several none is the source. */
function sourceOf({ addresses, names }: ReturnType<typeof hostsOf>): EcsRecord {
  if (addresses.length + names.length !== 1) return {};
  const [ip, name] = [addresses[0], names[0]];
  if (ip !== undefined) return { source: { address: ip, ip }, host: { ip: [ip] } };
  return { source: { address: name, domain: name }, host: { name } };
}

const action = ({ withdrawn, revision }: ResultRow): string => {
  if (withdrawn) return 'alert-withdrawn';
  return revision === 1 ? 'alert-raised' : 'alert-changed';
};

/** One alert in the Elastic Common Schema; what it has no field for stands under `byoml`. */
export function ecsRecord(row: ResultRow): EcsRecord {
  const { start, end } = spanOf(row);
  const { name, ntDomain, upnSuffix } = accountOf(row.user);
  const domain = ntDomain ?? upnSuffix;
  const hosts = hostsOf(row.sourceHosts);
  const threat = threatOf(row.techniques);
  return {
    '@timestamp': end,
    ecs: { version: ecsVersion },
    message: row.message,
    event: {
      kind: 'alert', category: ['intrusion_detection'], type: ['info'], action: action(row), id: row.recordId, sequence: row.revision, risk_score: row.score,
      severity: severities.indexOf(row.severity) + 1, ...(row.reasons[0] !== undefined && { reason: row.reasons[0] }), start, end, module: 'byoml', dataset: 'byoml.alert', provider: 'byoml',
    },
    rule: { id: row.rule || row.detection, name: row.detection, ruleset: 'byoml', description: row.title },
    ...(threat && { threat }),
    user: { id: row.user, name, ...(domain !== undefined && { domain }), ...(upnSuffix !== undefined && { email: row.user }) },
    ...sourceOf(hosts),
    related: { user: [...new Set([row.user, name])], ...(hosts.names.length > 0 && { hosts: hosts.names }), ...(hosts.addresses.length > 0 && { ip: hosts.addresses }) },
    ...(row.scope !== '' && { organization: { id: row.scope } }),
    observer: { vendor: 'byoml', product: 'byoml', type: 'siem' },
    byoml: {
      resource: row.resource, day: row.day, count: row.count, status: row.status, surprise: row.surprise, p_value: row.pValue, withdrawn: row.withdrawn, run: row.run, incident: row.incident,
      reasons: row.reasons, severity: row.severity, rule: row.rule, techniques: row.techniques, source_hosts: row.sourceHosts, entities: JSON.parse(row.entities) as unknown,
    },
  };
}

/** Throws INTERNAL, naming the field. */
export const checkedEcsRecord = (record: EcsRecord): EcsRecord => checkedRecord('ECS', String((record['event'] as { id?: unknown } | undefined)?.id), ecsSchema, record) as EcsRecord;
