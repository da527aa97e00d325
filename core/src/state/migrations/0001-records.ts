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
  id integer primary key, recordId text not null, role text not null, revision integer not null, detection text not null,
  scope text not null, user text not null, resource text not null, day integer not null, count real not null,
  sourceHosts text not null, firstSeen real, lastSeen real, status text not null, surprise real not null, coldSurprise real, pValue real not null,
  severity text not null, title text not null, message text not null, entities text not null, explanation text not null,
  incident text, withdrawn integer not null, firstRun integer not null, lastRun integer not null,
  unique (recordId, role)
) strict;
create index alerts_of_incident on alerts (incident) where incident is not null;

-- What lists and counts of alerts select by, as numbers: a scan of a million is quick enough for any filter. Kept by the triggers.
create table names (id integer primary key, name text not null unique) strict;
create table alert_facts (
  alert integer primary key, detection integer not null, role integer not null, day integer not null, surprise real not null,
  user integer not null, resource integer not null, severity integer not null, withdrawn integer not null
) strict;
create index facts_of_day on alert_facts (day desc, surprise desc, alert, detection, role, severity, withdrawn);
create index facts_of_detection on alert_facts (detection, day desc, surprise desc, alert, role, severity, withdrawn);
create index facts_of_user on alert_facts (user, day desc, detection, role, withdrawn, severity, surprise);
create index facts_of_resource on alert_facts (resource, day desc, detection, role, withdrawn, severity, surprise);
create index facts_of_severity on alert_facts (severity, day desc, detection, role, withdrawn);
create view alert_names as select alerts.id as alert, detections.id as detection, roles.id as role, day, surprise, users.id as user, resources.id as resource, severities.id as severity, withdrawn
  from alerts join names detections on detections.name = alerts.detection join names roles on roles.name = alerts.role
  join names users on users.name = alerts.user join names resources on resources.name = alerts.resource join names severities on severities.name = alerts.severity;
-- No "or ignore" and "or replace" here: within a trigger the policy of the statement outside holds.
create trigger alert_inserted after insert on alerts begin
  insert into names (name) select name from (select new.detection as name union select new.role union select new.user union select new.resource union select new.severity) where name not in (select name from names);
  insert into alert_facts select * from alert_names where alert = new.id;
end;
create trigger alert_updated after update on alerts begin
  insert into names (name) select name from (select new.detection as name union select new.role union select new.user union select new.resource union select new.severity) where name not in (select name from names);
  delete from alert_facts where alert = new.id;
  insert into alert_facts select * from alert_names where alert = new.id;
end;

create table alert_revisions (
  run integer not null, alert integer not null, revision integer not null,
  primary key (run, alert)
) strict, without rowid;

create table incidents (
  number integer primary key, id text not null unique, detection text not null, role text not null, kind text not null,
  scope text not null, entity text not null, day integer not null, users text not null, sourceHosts text not null,
  resources text not null, surprise real not null, oneIn real not null, rank integer, status text not null,
  severity text not null, sentence text not null, firstRun integer not null, lastRun integer not null,
  place integer not null generated always as (ifnull(rank, 2147483647)) virtual,
  words text not null generated always as (lower(id || char(10) || entity || char(10) || replace(users || sourceHosts || resources, '\\\\', '\\') || char(10) || sentence)) virtual
) strict;
create index incidents_of_day on incidents (day desc, place, surprise desc, number, detection, role, kind, status, words);
create index incidents_of_detection on incidents (detection, role, day desc, place, surprise desc, number, kind, status);
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
