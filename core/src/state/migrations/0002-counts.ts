const common = ['detection', 'role', 'withdrawn', 'severity'];
/** What is counted besides: each alone, since all together would be as many as the alerts. */
const kept = ['day', 'user', 'resource'] as const;

function table(column: (typeof kept)[number]): string {
  const columns = [...common, column];
  const is = (row: 'new' | 'old'): string => columns.map((name) => `${name} = ${row}.${name}`).join(' and ');
  return `
create table ${column}_counts (${columns.map((name) => `${name} integer not null`).join(', ')}, alerts integer not null, primary key (${columns.join(', ')})) strict, without rowid;
insert into ${column}_counts select ${columns.join(', ')}, count(*) from alert_facts group by ${columns.join(', ')};
create trigger ${column}_counted after insert on alert_facts begin
  insert into ${column}_counts select ${columns.map((name) => `new.${name}`).join(', ')}, 0 where not exists (select 1 from ${column}_counts where ${is('new')});
  update ${column}_counts set alerts = alerts + 1 where ${is('new')};
end;
create trigger ${column}_uncounted after delete on alert_facts begin
  update ${column}_counts set alerts = alerts - 1 where ${is('old')};
  delete from ${column}_counts where alerts = 0 and ${is('old')};
end;`;
}

/** Alerts by day, user and resource, counted as they come: a console asks each time it is looked at, and a million facts take a tenth of a second. */
export const counts = kept.map(table).join('\n');
