/** Files that runs leave out, since they cannot be read. */
export const quarantine = `
create table quarantine (
  detection text not null, url text not null, version text not null, bytes integer not null, file text not null,
  code text not null, message text not null, since integer not null, at text not null,
  primary key (detection, url)
) strict, without rowid;
`;
