/** Rows that a destination will not take, and what each sink waits for by itself: one that is down keeps no other from being served. */
export const deadLetters = `
alter table outbox add column attempts integer not null default 0;
create index outbox_of_sink on outbox (detection, sink, id);

-- Ids are never given twice: somebody has them on a list while others come and go.
create table dead_letters (
  id integer primary key autoincrement, detection text not null, sink integer not null, address text not null,
  run integer not null, recordId text not null, revision integer not null, payload text not null, attempts integer not null,
  code text not null, message text not null, at text not null,
  unique (detection, sink, address, recordId, revision)
) strict;
create index dead_letters_of_detection on dead_letters (detection, id);
`;
