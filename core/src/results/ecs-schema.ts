// See SOURCE.md: facts of the Elastic Common Schema, trimmed to what we write.

export interface EcsField {
  readonly type: 'date' | 'keyword' | 'match_only_text' | 'float' | 'long' | 'ip';
  readonly array?: true;
  readonly required?: true;
  /** The values that are allowed, in `event.category` each with the event types that may go with it. */
  readonly allowed?: Readonly<Record<string, readonly string[]>>;
}

export const ecsVersion = '9.4.0';

export const ecsFields: Readonly<Record<string, EcsField>> = {
  '@timestamp': { type: 'date', required: true },
  'ecs.version': { type: 'keyword', required: true },
  'event.action': { type: 'keyword' },
  'event.category': { type: 'keyword', array: true, allowed: { api: ['access', 'admin', 'allowed', 'change', 'creation', 'deletion', 'denied', 'end', 'info', 'start', 'user'], authentication: ['start', 'end', 'info'], configuration: ['access', 'change', 'creation', 'deletion', 'info'], database: ['access', 'change', 'info', 'error'], driver: ['change', 'end', 'info', 'start'], email: ['info'], file: ['access', 'change', 'creation', 'deletion', 'info'], host: ['access', 'change', 'end', 'info', 'start'], iam: ['admin', 'change', 'creation', 'deletion', 'group', 'info', 'user'], intrusion_detection: ['allowed', 'denied', 'info'], library: ['start'], malware: ['info'], network: ['access', 'allowed', 'connection', 'denied', 'end', 'info', 'protocol', 'start'], package: ['access', 'change', 'deletion', 'info', 'installation', 'start'], process: ['access', 'change', 'end', 'info', 'start'], registry: ['access', 'change', 'creation', 'deletion'], session: ['start', 'end', 'info'], threat: ['indicator'], vulnerability: ['info'], web: ['access', 'error', 'info'] } },
  'event.code': { type: 'keyword' },
  'event.created': { type: 'date' },
  'event.dataset': { type: 'keyword' },
  'event.end': { type: 'date' },
  'event.id': { type: 'keyword' },
  'event.kind': { type: 'keyword', allowed: { alert: [], asset: [], enrichment: [], event: [], metric: [], state: [], pipeline_error: [], signal: [] } },
  'event.module': { type: 'keyword' },
  'event.provider': { type: 'keyword' },
  'event.reason': { type: 'keyword' },
  'event.risk_score': { type: 'float' },
  'event.sequence': { type: 'long' },
  'event.severity': { type: 'long' },
  'event.start': { type: 'date' },
  'event.type': { type: 'keyword', array: true, allowed: { access: [], admin: [], allowed: [], change: [], connection: [], creation: [], deletion: [], denied: [], device: [], end: [], error: [], group: [], indicator: [], info: [], installation: [], protocol: [], start: [], user: [] } },
  'host.ip': { type: 'ip', array: true },
  'host.name': { type: 'keyword' },
  message: { type: 'match_only_text' },
  'observer.product': { type: 'keyword' },
  'observer.type': { type: 'keyword' },
  'observer.vendor': { type: 'keyword' },
  'organization.id': { type: 'keyword' },
  'related.hosts': { type: 'keyword', array: true },
  'related.ip': { type: 'ip', array: true },
  'related.user': { type: 'keyword', array: true },
  'rule.description': { type: 'keyword' },
  'rule.id': { type: 'keyword' },
  'rule.name': { type: 'keyword' },
  'rule.ruleset': { type: 'keyword' },
  'source.address': { type: 'keyword' },
  'source.domain': { type: 'keyword' },
  'source.ip': { type: 'ip' },
  tags: { type: 'keyword', array: true },
  'threat.framework': { type: 'keyword' },
  'threat.tactic.id': { type: 'keyword', array: true },
  'threat.tactic.name': { type: 'keyword', array: true },
  'threat.technique.id': { type: 'keyword', array: true },
  'threat.technique.name': { type: 'keyword', array: true },
  'threat.technique.reference': { type: 'keyword', array: true },
  'threat.technique.subtechnique.id': { type: 'keyword', array: true },
  'threat.technique.subtechnique.name': { type: 'keyword', array: true },
  'threat.technique.subtechnique.reference': { type: 'keyword', array: true },
  'user.domain': { type: 'keyword' },
  'user.email': { type: 'keyword' },
  'user.id': { type: 'keyword' },
  'user.name': { type: 'keyword' },
};
