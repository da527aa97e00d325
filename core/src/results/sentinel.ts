import { z } from 'zod';
import { attackTechnique } from '../attack/index.ts';
import type { Status } from '../contracts/algorithm.ts';
import type { Severity } from '../contracts/rule.ts';
import { accountOf, hostsOf } from './account.ts';
import { spanOf } from './event-time.ts';
import { checkedRecord } from './checked-record.ts';
import type { ResultRow } from './result-row.ts';

/** Column types of a data collection rule and of a table made for it. */
export type ColumnType = 'string' | 'int' | 'long' | 'real' | 'boolean' | 'datetime' | 'dynamic';

/** The table that `sentinelRow` fills, in the words of Microsoft's `Anomalies` table where it has one for it; see SOURCE.md. */
export const sentinelColumns = {
  TimeGenerated: 'datetime',
  RecordId: 'string',
  Revision: 'int',
  Withdrawn: 'boolean',
  Detection: 'string',
  RunNumber: 'int',
  IncidentId: 'string',
  ScopeId: 'string',
  UserName: 'string',
  ResourceName: 'string',
  Day: 'datetime',
  EventCount: 'real',
  SourceHosts: 'dynamic',
  StartTime: 'datetime',
  EndTime: 'datetime',
  CandidateStatus: 'string',
  Surprise: 'real',
  PValue: 'real',
  Score: 'real',
  Severity: 'string',
  // Not `Title`: Azure Monitor keeps that name for itself.
  AlertTitle: 'string',
  Description: 'string',
  AnomalyReasons: 'dynamic',
  AnomalyDetails: 'dynamic',
  ActivityInsights: 'dynamic',
  Tactics: 'string',
  Techniques: 'dynamic',
  Entities: 'dynamic',
  RuleName: 'string',
  RuleStatus: 'string',
  AnomalyTemplateName: 'string',
  ExtendedProperties: 'dynamic',
} as const satisfies Readonly<Record<string, ColumnType>>;

export type RuleStatus = 'Production' | 'Flighting';

export interface SentinelOptions {
  readonly ruleStatus: RuleStatus;
  /** When the row is written, which is what a rule's look-back goes by; the end of the access when absent. */
  readonly at?: Date;
}

const entity = z.union([
  z.strictObject({ $id: z.string(), Type: z.literal('account'), Name: z.string(), NTDomain: z.string().exactOptional(), UPNSuffix: z.string().exactOptional() }),
  z.strictObject({ $id: z.string(), Type: z.literal('host'), HostName: z.string() }),
  z.strictObject({ $id: z.string(), Type: z.literal('ip'), Address: z.union([z.ipv4(), z.ipv6()]) }),
]);
const uebaFlag = z.enum(['True', 'False']).exactOptional();
const insights = z.strictObject({ FirstTimeUserAccessedResource: uebaFlag, FirstTimeResourceAccessedInTenant: uebaFlag, ResourceUncommonlyAccessedAmongPeers: uebaFlag });
const extended = z.strictObject({ Entities: z.record(z.string(), z.string()), TechniqueNames: z.record(z.string(), z.string()), OneIn: z.int() });
const details = z.strictObject({ RuleTemplate: z.string(), Status: z.string(), Surprise: z.number(), PValue: z.number(), Explanation: z.string() });

const scalar: Readonly<Record<Exclude<ColumnType, 'dynamic'>, z.ZodType>> = {
  string: z.string(), int: z.int32(), long: z.int(), real: z.number(), boolean: z.boolean(), datetime: z.iso.datetime(),
};
const shaped: Readonly<Record<string, z.ZodType>> = {
  SourceHosts: z.array(z.string()),
  AnomalyReasons: z.array(z.strictObject({ Name: z.string().min(1), Description: z.string() })),
  AnomalyDetails: details,
  ActivityInsights: insights,
  Techniques: z.array(z.string()),
  Entities: z.array(entity).min(1),
  ExtendedProperties: extended,
  RecordId: z.string().min(1),
  Severity: z.enum(['Informational', 'Low', 'Medium', 'High']),
  RuleStatus: z.enum(['Production', 'Flighting']),
};

/** Every column, of its type, and nothing else. */
export const sentinelSchema = z.strictObject(
  Object.fromEntries(Object.entries<ColumnType>(sentinelColumns).map(([name, type]) => [name, shaped[name] ?? (type === 'dynamic' ? z.json() : scalar[type])])),
);
type Cell<T extends ColumnType> = T extends 'boolean' ? boolean : T extends 'string' | 'datetime' ? string : T extends 'dynamic' ? unknown : number;
export type SentinelRow = { readonly [Name in keyof typeof sentinelColumns]: Cell<(typeof sentinelColumns)[Name]> };

const named = (severity: Severity): string => severity.charAt(0).toUpperCase() + severity.slice(1);

/** `Command and Control` as Sentinel spells it: `CommandAndControl`. */
const sentinelTactic = (name: string): string => name.split(' ').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');

/** What of UEBA's indicators a status tells for sure; a status that does not tell one leaves it out. */
const insightsOf: Readonly<Record<Status, z.output<typeof insights>>> = {
  known: { FirstTimeUserAccessedResource: 'False' },
  // Known user and resource, but algorithms that score every row say it of repeated accesses too.
  scored: {},
  unconnected: { FirstTimeUserAccessedResource: 'True', ResourceUncommonlyAccessedAmongPeers: 'True' },
  'new-user': { FirstTimeUserAccessedResource: 'True' },
  'new-resource': { FirstTimeUserAccessedResource: 'True', FirstTimeResourceAccessedInTenant: 'True' },
  'new-both': { FirstTimeUserAccessedResource: 'True', FirstTimeResourceAccessedInTenant: 'True' },
};

/** Sentinel takes no more of one alert. */
const mostEntities = 500;

/** Entities as an alert of Sentinel holds them. A resource has no entity type that fits shares, sites and applications alike. */
function entitiesOf({ user, sourceHosts }: ResultRow): z.output<typeof entity>[] {
  const { name, ntDomain, upnSuffix } = accountOf(user);
  const { addresses, names } = hostsOf(sourceHosts);
  const all = [
    { Type: 'account' as const, Name: name, ...(ntDomain !== undefined && { NTDomain: ntDomain }), ...(upnSuffix !== undefined && { UPNSuffix: upnSuffix }) },
    ...names.map((HostName) => ({ Type: 'host' as const, HostName })),
    ...addresses.map((Address) => ({ Type: 'ip' as const, Address })),
  ];
  return all.slice(0, mostEntities).map((one, at) => ({ $id: String(at + 1), ...one }));
}

/** One row of the result table in Sentinel. */
export function sentinelRow(row: ResultRow, { ruleStatus, at }: SentinelOptions): SentinelRow {
  const { start, end } = spanOf(row);
  return {
    TimeGenerated: at?.toISOString() ?? end,
    RecordId: row.recordId,
    Revision: row.revision,
    Withdrawn: row.withdrawn,
    Detection: row.detection,
    RunNumber: row.run,
    IncidentId: row.incident,
    ScopeId: row.scope,
    UserName: row.user,
    ResourceName: row.resource,
    Day: `${row.day}T00:00:00.000Z`,
    EventCount: row.count,
    SourceHosts: row.sourceHosts,
    StartTime: start,
    EndTime: end,
    CandidateStatus: row.status,
    Surprise: row.surprise,
    PValue: row.pValue,
    Score: row.score,
    Severity: named(row.severity),
    AlertTitle: row.title,
    Description: row.message,
    AnomalyReasons: row.reasons.map((Description, i) => ({ Name: `Reason ${i + 1}`, Description })),
    AnomalyDetails: { RuleTemplate: row.rule, Status: row.status, Surprise: row.surprise, PValue: row.pValue, Explanation: row.reasons[0] ?? '' },
    ActivityInsights: insightsOf[row.status],
    Tactics: row.tactics.map(sentinelTactic).join(', '),
    Techniques: row.techniques,
    Entities: entitiesOf(row),
    RuleName: row.detection,
    RuleStatus: ruleStatus,
    AnomalyTemplateName: row.rule,
    ExtendedProperties: {
      Entities: JSON.parse(row.entities) as Record<string, string>,
      TechniqueNames: Object.fromEntries(row.techniques.flatMap((id) => { const name = attackTechnique(id)?.name; return name === undefined ? [] : [[id, name]]; })),
      OneIn: Math.round(1 / row.pValue),
    },
  };
}

/** Throws INTERNAL, naming the column. */
export const checkedSentinelRow = (row: SentinelRow): SentinelRow => checkedRecord('Sentinel', row.RecordId, sentinelSchema as z.ZodType, row) as SentinelRow;
