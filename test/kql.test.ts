import { kind, type RuleTemplateDefinition, type ViewDefinition } from '@byoml/core';
import { alertKql, kqlText, lookupKql, resultsKql } from '@byoml/core/hunting';
import { sentinelColumns } from '@byoml/core/results';
import accesses from '@byoml/anomalous-resource-access';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindKql, hasKusto, type KqlTables } from './kql.ts';
import { inCi } from './tier.ts';

const results = 'ByomlAnomalousAccess_CL';
const text = (...names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, 'string']));

/** Columns of Sentinel's tables that our queries may ask for, as Microsoft documents them. */
const tables: KqlTables = {
  [results]: sentinelColumns,
  SecurityEvent: { TimeGenerated: 'datetime', EventID: 'int', ...text('Account', 'SubjectAccount', 'SubjectUserName', 'SubjectDomainName', 'SubjectUserSid', 'ShareName', 'RelativeTargetName', 'IpAddress', 'Computer', 'TenantId', 'Activity', '_ResourceId') },
  SigninLogs: { TimeGenerated: 'datetime', CreatedDateTime: 'datetime', ...text('UserPrincipalName', 'UserId', 'AppDisplayName', 'AppId', 'ResourceDisplayName', 'ResourceIdentity', 'IPAddress', 'ResultType', 'TenantId', 'AADTenantId') },
  OfficeActivity: { TimeGenerated: 'datetime', ...text('UserId', 'ClientIP', 'TenantId', 'OrganizationId', 'Operation', 'OfficeWorkload', 'OfficeObjectId', 'Site_Url', 'SourceRelativeUrl', 'SourceFileName') },
  AWSCloudTrail: { TimeGenerated: 'datetime', ...text('UserIdentityArn', 'UserIdentityInvokedBy', 'UserIdentityPrincipalid', 'UserIdentityUserName', 'UserIdentityAccountId', 'AWSRegion', 'EventSource', 'EventName', 'ErrorCode', 'SourceIpAddress', 'RecipientAccountId', 'Resources', 'TenantId') },
};

const views = accesses.components.filter((component): component is typeof component & ViewDefinition<any> => component[kind] === 'view');
const hunted = views.filter((view) => view.hunting !== undefined);
const rules = accesses.components.filter((component): component is typeof component & RuleTemplateDefinition => component[kind] === 'rule-template');

/** Every choice that a view leaves, one setting at a time. */
const choices: Readonly<Record<string, readonly object[]>> = {
  'windows-file-shares': [{ noise: 'keep' }, { events: '5140' }, { user: 'name' }, { resource: 'share' }, { depth: 1 }, { depth: 8 }, { scope: 'domain' }, { scope: 'tenant' }],
  'sign-ins': [{ resource: 'target' }, { results: 'all' }, { scope: 'tenant' }],
  'office-files': [{ noise: 'keep' }, { resource: 'site' }, { resource: 'file' }, { scope: 'tenant' }],
  'office-operations': [{ resource: 'workload-operation' }, { scope: 'tenant' }],
  'sentinel-cloudtrail-api-calls': [{ resource: 'call-and-arn' }, { sessions: 'session' }, { services: 'drop' }, { calls: 'successful' }, { scope: 'account' }],
};
const cases = hunted.flatMap((view) => [{}, ...(choices[view.id] ?? [])].map((settings) => [view.id, JSON.stringify(settings), { table: view.table, operators: view.hunting?.(view.settings.parse(settings)) ?? '' }] as const));

test('every view of a table of Sentinel can be hunted in', () => {
  expect(hunted.map(({ id }) => id).sort()).toEqual(Object.keys(choices).sort());
  expect(views.filter((view) => !hunted.includes(view)).map(({ id }) => id)).toEqual(['cloudtrail-api-calls']);
});

const alert = { scope: '', user: 'DOM\\ann', resource: '\\\\FS1\\hr', sourceHosts: ['10.0.0.5', 'HOST "1"'], from: Date.parse('2026-11-24T08:00Z'), to: Date.parse('2026-11-24T09:00Z') };
const hunt = { aroundMs: 3_600_000 };

describe.skipIf(!hasKusto())(`queries in Microsoft's parser and binder${hasKusto() ? '' : ' (skipped: @kusto/language-service-next is not installed)'}`, () => {
  test('it finds faults: syntax, tables, columns and types', () => {
    expect(bindKql('SecurityEvent | where', tables).faults[0]).toMatch(/^KS/u);
    expect(bindKql('Nothing | take 1', tables).faults[0]).toContain('"Nothing"');
    expect(bindKql(`${results} | where Title == ""`, tables).faults[0]).toContain('Title');
    expect(bindKql(`${results} | where Score has "x"`, tables).faults).not.toEqual([]);
  });

  test.each(cases)('events of %s with %s beside results', (_id, _settings, events) => {
    const { faults, columns } = bindKql(resultsKql({ ...hunt, events, results, detection: 'share "access"', lookBackMs: 14 * 86_400_000 }), tables);
    expect(faults).toEqual([]);
    expect(columns).toMatchObject({ AlertScore: 'real', AlertSeverity: 'string', RecordId: 'string', Related: 'string', TimeGenerated: 'datetime', EventUser: 'string', EventResource: 'string', EventHost: 'string' });
    expect(Object.keys(columns)).toEqual(expect.arrayContaining(Object.keys(tables[events.table] ?? {})));
    expect(Object.keys(columns).filter((name) => /\d$/u.test(name))).toEqual([]);
  });

  test.each(cases)('events of %s with %s about one alert', (_id, _settings, events) => {
    for (const sourceHosts of [alert.sourceHosts, [], ['']]) {
      const { faults, columns } = bindKql(alertKql({ ...hunt, events, alert: { ...alert, sourceHosts } }), tables);
      expect(faults).toEqual([]);
      expect(Object.keys(columns)).toEqual(['Related', 'TimeGenerated', 'EventUser', 'EventResource', 'EventHost', ...Object.keys(tables[events.table] ?? {}).filter((name) => name !== 'TimeGenerated'), 'EventScope']);
    }
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)('a baseline in %s looked up, by the events of each view and by those of a table of one\'s own', (format) => {
    // What the service knows of a watchlist is its name alone; its cells are text.
    const watchlist = { Watchlist: text('scope', 'user', 'resource', 'firstSeen', 'lastSeen', 'usersOfResource', 'isRare', 'peerRare') };
    const mine = { MyEvents: { TimeGenerated: 'datetime', ...text('EventScope', 'EventUser', 'EventResource') } };
    for (const events of [undefined, ...cases.filter(([, settings]) => settings === '{}').map(([, , one]) => one)]) {
      const { faults, columns } = bindKql(lookupKql({ detection: 'share "access"', format, events }).replace(/_GetWatchlist\("byoml-share \\"access\\""\)/u, 'Watchlist'), { ...tables, ...watchlist, ...mine });
      expect(faults).toEqual([]);
      expect(columns).toMatchObject({ FirstTime: 'bool', IsRare: 'bool', PeerRare: 'bool', FirstSeen: 'datetime', UsersOfResource: 'long' });
    }
  });

  test('whatever a name holds, it stays one text', () => {
    const [, , events] = cases[0] as (typeof cases)[number];
    const plain = Object.keys(bindKql(alertKql({ ...hunt, events, alert }), tables).columns);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\r', "'", ';', '|', '/', '\u2028', '\ud800', '```', 'a'), maxLength: 20 }), (user, resource) => {
      const query = alertKql({ ...hunt, events, alert: { ...alert, user, resource, sourceHosts: [resource, user] } });
      const bound = bindKql(query, tables);
      expect(bound.faults).toEqual([]);
      expect(Object.keys(bound.columns)).toEqual(plain);
      expect(Object.keys(bindKql(`print a = ${kqlText(user + resource)}`, tables).columns)).toEqual(['a']);
    }), { numRuns: inCi ? 100 : 8 });
  });

  test.each(rules.flatMap((rule) => [{}, { detection: 'a "b"', lookBack: '1d' }].map((settings) => [rule.id, JSON.stringify(settings), rule.kql?.(rule.settings.parse(settings) as never) ?? '', rule] as const)))('the rule %s with %s, with the columns that its alerts need', (_id, _settings, query, rule) => {
    const { faults, columns } = bindKql(query, tables);
    expect(faults).toEqual([]);
    const mapped = [...(rule.entityMappings ?? []).flatMap(({ fieldMappings }) => fieldMappings.map(({ columnName }) => columnName)), ...Object.values(rule.customDetails ?? {})];
    expect(Object.keys(columns)).toEqual(expect.arrayContaining(mapped));
  });
});
