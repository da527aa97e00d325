// See SOURCE.md: facts of the Open Cybersecurity Schema Framework, trimmed to what we write.

/** One attribute of a class or an object. */
export interface OcsfAttribute {
  readonly type: string;
  /** The object where `type` is `object_t`; one that is not listed may hold anything. */
  readonly object?: string;
  readonly array?: true;
  readonly required?: true;
  /** The values that a number may have, with their captions. */
  readonly values?: Readonly<Record<number, string>>;
}
export interface OcsfObject {
  readonly atLeastOne?: readonly string[];
  readonly attributes: Readonly<Record<string, OcsfAttribute>>;
}

export const ocsfVersion = '1.8.0';

/** The event class and the objects below it: the attributes that we write, and all that they require outside profiles. */
export const ocsfObjects: Readonly<Record<string, OcsfObject>> = {
  detection_finding: {
    attributes: {
      activity_id: { type: 'integer_t', required: true, values: { 0: 'Unknown', 1: 'Create', 2: 'Update', 3: 'Close', 99: 'Other' } },
      activity_name: { type: 'string_t' },
      category_name: { type: 'string_t' },
      category_uid: { type: 'integer_t', required: true, values: { 2: 'Findings' } },
      class_name: { type: 'string_t' },
      class_uid: { type: 'integer_t', required: true, values: { 2004: 'Detection Finding' } },
      confidence_id: { type: 'integer_t', values: { 0: 'Unknown', 1: 'Low', 2: 'Medium', 3: 'High', 99: 'Other' } },
      count: { type: 'integer_t' },
      end_time: { type: 'timestamp_t' },
      evidences: { type: 'object_t', object: 'evidences', array: true },
      finding_info: { type: 'object_t', object: 'finding_info', required: true },
      is_alert: { type: 'boolean_t' },
      message: { type: 'string_t' },
      metadata: { type: 'object_t', object: 'metadata', required: true },
      observables: { type: 'object_t', object: 'observable', array: true },
      resources: { type: 'object_t', object: 'resource_details', array: true },
      risk_score: { type: 'integer_t' },
      severity: { type: 'string_t' },
      severity_id: { type: 'integer_t', required: true, values: { 0: 'Unknown', 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical', 6: 'Fatal', 99: 'Other' } },
      start_time: { type: 'timestamp_t' },
      status: { type: 'string_t' },
      status_id: { type: 'integer_t', values: { 0: 'Unknown', 1: 'New', 2: 'In Progress', 3: 'Suppressed', 4: 'Resolved', 5: 'Archived', 6: 'Deleted', 99: 'Other' } },
      time: { type: 'timestamp_t', required: true },
      type_name: { type: 'string_t' },
      type_uid: { type: 'long_t', required: true, values: { 200400: 'Detection Finding: Unknown', 200401: 'Detection Finding: Create', 200402: 'Detection Finding: Update', 200403: 'Detection Finding: Close', 200499: 'Detection Finding: Other' } },
      unmapped: { type: 'object_t' },
    },
  },
  metadata: {
    attributes: {
      log_name: { type: 'string_t' },
      product: { type: 'object_t', object: 'product', required: true },
      profiles: { type: 'string_t', array: true },
      sequence: { type: 'integer_t' },
      tenant_uid: { type: 'string_t' },
      uid: { type: 'string_t' },
      version: { type: 'string_t', required: true },
    },
  },
  product: {
    atLeastOne: ['name'],
    attributes: {
      name: { type: 'string_t' },
      vendor_name: { type: 'string_t' },
    },
  },
  finding_info: {
    attributes: {
      analytic: { type: 'object_t', object: 'analytic' },
      attacks: { type: 'object_t', object: 'attack', array: true },
      created_time: { type: 'timestamp_t' },
      data_sources: { type: 'string_t', array: true },
      desc: { type: 'string_t' },
      first_seen_time: { type: 'timestamp_t' },
      last_seen_time: { type: 'timestamp_t' },
      related_events: { type: 'object_t', array: true },
      title: { type: 'string_t' },
      types: { type: 'string_t', array: true },
      uid: { type: 'string_t', required: true },
    },
  },
  attack: {
    atLeastOne: ['technique', 'sub_technique'],
    attributes: {
      sub_technique: { type: 'object_t', object: 'sub_technique' },
      tactics: { type: 'object_t', object: 'tactic', array: true },
      technique: { type: 'object_t', object: 'technique' },
      version: { type: 'string_t' },
    },
  },
  tactic: {
    atLeastOne: ['name', 'uid'],
    attributes: {
      name: { type: 'string_t' },
      uid: { type: 'string_t' },
    },
  },
  technique: {
    atLeastOne: ['name', 'uid'],
    attributes: {
      name: { type: 'string_t' },
      src_url: { type: 'url_t' },
      uid: { type: 'string_t' },
    },
  },
  sub_technique: {
    atLeastOne: ['name', 'uid'],
    attributes: {
      name: { type: 'string_t' },
      src_url: { type: 'url_t' },
      uid: { type: 'string_t' },
    },
  },
  analytic: {
    atLeastOne: ['name', 'uid'],
    attributes: {
      name: { type: 'string_t' },
      type: { type: 'string_t' },
      type_id: { type: 'integer_t', required: true, values: { 0: 'Unknown', 1: 'Rule', 2: 'Behavioral', 3: 'Statistical', 4: 'Learning (ML/DL)', 5: 'Fingerprinting', 6: 'Tagging', 7: 'Keyword Match', 8: 'Regular Expressions', 9: 'Exact Data Match', 10: 'Partial Data Match', 11: 'Indexed Data Match', 99: 'Other' } },
      uid: { type: 'string_t' },
    },
  },
  evidences: {
    atLeastOne: ['data', 'src_endpoint', 'user'],
    attributes: {
      data: { type: 'json_t' },
      name: { type: 'string_t' },
      src_endpoint: { type: 'object_t', object: 'network_endpoint' },
      user: { type: 'object_t', object: 'user' },
    },
  },
  user: {
    atLeastOne: ['name', 'uid'],
    attributes: {
      domain: { type: 'string_t' },
      name: { type: 'username_t' },
      type: { type: 'string_t' },
      type_id: { type: 'integer_t', values: { 0: 'Unknown', 1: 'User', 2: 'Admin', 3: 'System', 4: 'Service', 99: 'Other' } },
      uid: { type: 'string_t' },
    },
  },
  network_endpoint: {
    atLeastOne: ['ip', 'name'],
    attributes: {
      ip: { type: 'ip_t' },
      name: { type: 'string_t' },
    },
  },
  resource_details: {
    atLeastOne: ['name', 'uid'],
    attributes: {
      name: { type: 'string_t' },
      role_id: { type: 'integer_t', values: { 0: 'Unknown', 1: 'Target', 2: 'Actor', 3: 'Affected', 4: 'Related', 99: 'Other' } },
      type: { type: 'string_t' },
      uid: { type: 'resource_uid_t' },
    },
  },
  observable: {
    attributes: {
      name: { type: 'string_t' },
      type: { type: 'string_t' },
      type_id: { type: 'integer_t', required: true, values: { 0: 'Unknown', 1: 'Hostname', 2: 'IP Address', 3: 'MAC Address', 4: 'User Name', 5: 'Email Address', 6: 'URL String', 7: 'File Name', 8: 'Hash', 9: 'Process Name', 10: 'Resource UID', 11: 'Port', 12: 'Subnet', 13: 'Command Line', 14: 'Country', 15: 'Process ID', 16: 'HTTP User-Agent', 17: 'CWE Object: uid', 18: 'CVE Object: uid', 19: 'User Credential ID', 20: 'Endpoint', 21: 'User', 22: 'Email', 23: 'Uniform Resource Locator', 24: 'File', 25: 'Process', 26: 'Geo Location', 27: 'Container', 28: 'Registry Key', 29: 'Registry Value', 30: 'Fingerprint', 31: 'User Object: uid', 32: 'Group Object: name', 33: 'Group Object: uid', 34: 'Account Object: name', 35: 'Account Object: uid', 36: 'Script Content', 37: 'Serial Number', 38: 'Resource Details Object: name', 39: 'Process Entity Object: uid', 40: 'Email Object: subject', 41: 'Email Object: uid', 42: 'Message UID', 43: 'Registry Value Object: name', 44: 'Advisory Object: uid', 45: 'File Path', 46: 'Registry Key Path', 47: 'Device Object: uid', 48: 'Network Endpoint Object: uid', 99: 'Other' } },
      value: { type: 'string_t' },
    },
  },
};

/** Data types: what they are stored as. */
export const ocsfTypes: Readonly<Record<string, 'string_t' | 'integer_t' | 'long_t' | 'boolean_t' | 'json_t'>> = {
  integer_t: 'integer_t',
  string_t: 'string_t',
  timestamp_t: 'long_t',
  boolean_t: 'boolean_t',
  long_t: 'long_t',
  url_t: 'string_t',
  json_t: 'json_t',
  username_t: 'string_t',
  ip_t: 'string_t',
  resource_uid_t: 'string_t',
};
