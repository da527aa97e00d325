/** How Sentinel makes an alert and its entities out of a row of the query; the names on the right are its columns. */
export const sentinelAlert = {
  entityMappings: [
    { entityType: 'Account', fieldMappings: [{ identifier: 'Name', columnName: 'AccountName' }, { identifier: 'NTDomain', columnName: 'NTDomain' }, { identifier: 'UPNSuffix', columnName: 'UPNSuffix' }] },
    { entityType: 'Host', fieldMappings: [{ identifier: 'HostName', columnName: 'HostName' }] },
    { entityType: 'IP', fieldMappings: [{ identifier: 'Address', columnName: 'IPAddress' }] },
  ],
  /** A resource has no entity type that fits shares, sites, applications and API calls alike. */
  customDetails: { Resource: 'ResourceName', User: 'UserName', OneIn: 'OneIn', Status: 'Status', Detection: 'Detection', Scope: 'ScopeId', RecordId: 'RecordId' },
  alertDetailsOverride: { alertDisplayNameFormat: 'Unusual access of {{UserName}} to {{ResourceName}}', alertDescriptionFormat: '{{Message}}', alertSeverityColumnName: 'AlertSeverity' },
} as const;
