/** Every record of records.ts. Columns are named as the records' fields; objects and lists are JSON text. */
export const records = `
create table runs (
  number integer primary key, key text not null unique, detection text not null, role text not null, kind text not null,
  window text not null, day integer, status text not null, model text not null, seed real not null, data text not null,
  settings text not null, calibration text not null, funnel text not null, drops text not null, alerts integer not null,
  incidents integer not null, more integer not null, aboveThreshold integer not null, warnings text not null, changes text not null, seconds real not null,
  picture text not null, at text not null
) strict;
create index runs_of_day on runs (detection, role, kind, day, number);

create table alerts (
  recordId text not null, role text not null, revision integer not null, detection text not null, scope text not null,
  user text not null, resource text not null, day integer not null, count real not null, sourceHosts text not null,
  firstSeen real, lastSeen real, status text not null, surprise real not null, pValue real not null, severity text not null,
  title text not null, message text not null, entities text not null, explanation text not null, incident text,
  withdrawn integer not null, firstRun integer not null, lastRun integer not null,
  unique (recordId, role)
) strict;
create index alerts_newest on alerts (day desc, surprise desc, recordId, detection, role, withdrawn);
create index alerts_of_detection on alerts (detection, role, day desc, surprise desc, recordId, withdrawn);
create index alerts_of_user on alerts (user, day desc, surprise desc, detection, role, withdrawn);
create index alerts_of_resource on alerts (resource, day, detection, role, withdrawn);
create index alerts_of_severity on alerts (severity, day, detection, role, withdrawn);
create index alerts_of_incident on alerts (incident) where incident is not null;

create table alert_revisions (
  run integer not null, recordId text not null, role text not null, revision integer not null,
  primary key (run, recordId, role)
) strict, without rowid;

create table incidents (
  id text not null unique, detection text not null, role text not null, kind text not null, scope text not null,
  entity text not null, day integer not null, users text not null, sourceHosts text not null, resources text not null,
  surprise real not null, oneIn real not null, rank integer, status text not null, severity text not null,
  sentence text not null, firstRun integer not null, lastRun integer not null
) strict;
create index incidents_newest on incidents (day desc, ifnull(rank, 2147483647), surprise desc, id);
create index incidents_of_detection on incidents (detection, role, day desc, ifnull(rank, 2147483647), surprise desc, id);
create index incidents_of_entity on incidents (entity, day desc);
create index incidents_open on incidents (detection, role, day) where status = 'open';

create table evidence (
  id integer primary key, incident text not null, recordId text not null, run integer not null, kind text not null,
  user text not null, resource text not null, day integer not null, count real not null, lastSeen real,
  surprise real not null, pValue real not null, sentence text not null
) strict;
create index evidence_of_incident on evidence (incident, recordId, id);

create table guards (
  detection text not null, scope text not null, user text not null, resource text not null,
  since integer not null, until integer not null,
  primary key (detection, scope, user, resource, since)
) strict, without rowid;
create index guards_by_end on guards (detection, until, since);

create table watermarks (
  detection text not null, url text not null, version text not null, bytes integer not null,
  primary key (detection, url)
) strict, without rowid;

create table outbox (
  id integer primary key autoincrement, detection text not null, sink integer not null, address text not null,
  run integer not null, recordId text not null, revision integer not null, payload text not null
) strict;
create index outbox_of_detection on outbox (detection, id);

create table models (
  detection text not null, version integer not null, digest text not null, parentDigest text, made text not null,
  algorithm text not null, settings text not null, role text not null, days text not null, rows integer not null,
  calibrated integer not null, generation integer not null, scanners text not null, pruned integer not null, at text not null,
  primary key (detection, version)
) strict;
create unique index models_in_use on models (detection, role) where role <> 'former';

create table detections (
  detection text not null, role text not null, model integer not null, generation integer not null,
  rowCorrection real not null, queueCorrection real not null, closedThrough integer, learnedThrough integer not null,
  trainedAt integer not null,
  primary key (detection, role)
) strict, without rowid;

create table calibration_days (
  generation integer not null, day integer not null, incidents blob not null,
  primary key (generation, day)
) strict;
create table calibration_scopes (
  generation integer not null, day integer not null, scope text not null, bytes blob not null,
  primary key (generation, day, scope)
) strict;

create table hosts (
  detection text not null, scope text not null, user text not null, host text not null, firstDay integer not null,
  primary key (detection, scope, user, host)
) strict, without rowid;

create table audit (
  id integer primary key, at text not null, action text not null, detection text not null, detail text not null
) strict;
create index audit_of_detection on audit (detection, id);
`;
