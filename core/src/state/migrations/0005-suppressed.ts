/** What suppressions have hidden: of each pair and day what the last run of the day said. And which ones each run went by. */
export const suppressed = `
alter table runs add column suppressions text not null default '[]';
create table suppressed (
  detection text not null, day integer not null, recordId text not null, suppression text not null, scope text not null, user text not null,
  resource text not null, surprise real not null, pValue real not null, again integer not null,
  primary key (detection, day, recordId)
) strict, without rowid;
create index suppressed_by on suppressed (detection, suppression, day, again);
create index suppressed_record on suppressed (recordId);
`;
