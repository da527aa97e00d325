import { attackRelease, attackTechnique } from '../attack/index.ts';
import type { Severity } from '../contracts/rule.ts';
import { accountOf, hostsOf } from './account.ts';
import { checkedRecord } from './checked-record.ts';
import { spanOf } from './event-time.ts';
import { ocsfVersion } from './ocsf-schema.ts';
import { captionOf, ocsfSchema } from './ocsf-shape.ts';
import type { ResultRow } from './result-row.ts';

export type OcsfRecord = Readonly<Record<string, unknown>>;

const finding = 'detection_finding';
const [categoryUid, classUid] = [2, 2004];

/** A number and, where the schema has one, its caption under the name without `_id` or `_uid`. */
const captioned = (attribute: string, label: string, value: number, object = finding): OcsfRecord => ({ [attribute]: value, [label]: captionOf(object, attribute, value) });

const severityId: Readonly<Record<Severity, number>> = { informational: 1, low: 2, medium: 3, high: 4 };
const [create, update, close] = [1, 2, 3];
const [fresh, resolved] = [1, 4];

function activityOf({ withdrawn, revision }: ResultRow): number {
  if (withdrawn) return close as number;
  return (revision === 1 ? create : update) as number;
}

function attackOf(id: string): OcsfRecord {
  const found = attackTechnique(id);
  if (!found) return { technique: { uid: id } };
  const { name, tactics, parent } = found;
  return {
    version: attackRelease,
    tactics: tactics.map((tactic) => ({ name: tactic.name, uid: tactic.id })),
    technique: parent ? { name: parent.name, uid: parent.id } : { name, uid: id },
    ...(parent && { sub_technique: { name, uid: id } }),
  };
}

interface Endpoint {
  readonly ip?: string;
  readonly name?: string;
}

const observable = (name: string, typeId: number, value: string): OcsfRecord => ({ name, ...captioned('type_id', 'type', typeId, 'observable'), value });

/** The numbers of observables by what they are. */
const observed = { hostname: 1, address: 2, userName: 4, resource: 38 };

/** One alert as a Detection Finding of the Open Cybersecurity Schema Framework. Times are milliseconds since 1970. */
export function ocsfRecord(row: ResultRow): OcsfRecord {
  const span = spanOf(row);
  const [start, end] = [Date.parse(span.start), Date.parse(span.end)];
  const { name, ntDomain, upnSuffix } = accountOf(row.user);
  const domain = ntDomain ?? upnSuffix;
  const { addresses, names } = hostsOf(row.sourceHosts);
  const endpoints: readonly Endpoint[] = [...names.map((host) => ({ name: host })), ...addresses.map((ip) => ({ ip }))];
  const user = { name, uid: row.user, ...(domain !== undefined && { domain }) };
  const access = { name: 'access', user, data: { resource: row.resource, day: row.day, count: row.count } };
  const activity = activityOf(row);
  return {
    ...captioned('activity_id', 'activity_name', activity),
    ...captioned('category_uid', 'category_name', categoryUid as number),
    ...captioned('class_uid', 'class_name', classUid as number),
    ...captioned('type_uid', 'type_name', (classUid as number) * 100 + activity),
    ...captioned('severity_id', 'severity', severityId[row.severity]),
    ...captioned('status_id', 'status', (row.withdrawn ? resolved : fresh) as number),
    time: end, start_time: start, end_time: end,
    count: Math.round(row.count),
    is_alert: !row.withdrawn,
    risk_score: Math.round(row.score),
    message: row.message,
    metadata: {
      version: ocsfVersion, product: { name: 'byoml', vendor_name: 'byoml' }, uid: `${row.recordId}:${row.revision}`, sequence: row.revision, log_name: row.detection, ...(row.scope !== '' && { tenant_uid: row.scope }),
    },
    finding_info: {
      uid: row.recordId, title: row.title, desc: row.reasons.join(' ') || row.message, types: ['Anomaly'],
      analytic: { name: row.detection, uid: row.rule || row.detection, ...captioned('type_id', 'type', 4, 'analytic') },
      ...(row.techniques.length > 0 && { attacks: row.techniques.map(attackOf) }),
      ...(row.firstSeen !== '' && { first_seen_time: start }), ...(row.lastSeen !== '' && { last_seen_time: end }),
    },
    resources: [{ name: row.resource, role_id: 1 }],
    evidences: endpoints.length === 0 ? [access] : endpoints.map((endpoint) => ({ ...access, src_endpoint: endpoint })),
    observables: [
      observable('evidences.user.name', observed.userName, name), observable('resources.name', observed.resource, row.resource),
      ...names.map((host) => observable('evidences.src_endpoint.name', observed.hostname, host)), ...addresses.map((ip) => observable('evidences.src_endpoint.ip', observed.address, ip)),
    ],
    unmapped: {
      score: row.score, p_value: row.pValue, surprise: row.surprise, candidate_status: row.status, run: row.run, incident: row.incident, rule: row.rule, reasons: row.reasons,
      entities: JSON.parse(row.entities) as unknown,
    },
  };
}

/** Throws INTERNAL, naming the attribute. */
export const checkedOcsfRecord = (record: OcsfRecord): OcsfRecord => checkedRecord('OCSF', String((record['metadata'] as { uid?: unknown } | undefined)?.uid), ocsfSchema, record) as OcsfRecord;
