/** What every view's hunting query adds to the records of its table, as KQL: who, what and from where, spelled as the view spells them. */
interface Named {
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  /** Text that may hold an IP address. */
  readonly host: string;
}

/** The first of these columns that holds text, trimmed; `""` when none does. A table that lacks one is no fault. */
export function firstText(...columns: readonly string[]): string {
  const texts = columns.map((column) => `trim(@"\\s+", tostring(column_ifexists("${column}", "")))`);
  return texts.length === 1 ? texts.join() : `coalesce(${texts.join(', ')})`;
}

const ipv4 = String.raw`^\[?(?:::ffff:)?([0-9]{1,3}(?:[.][0-9]{1,3}){3})(?:\]?:[0-9]+|\])?$`;
const ipv6 = String.raw`^\[?([0-9a-f]{0,4}:[0-9a-f.:]*:[0-9a-f.:]*)(?:%[^\]]*)?(?:\](?::[0-9]+)?)?$`;

/** The columns EventScope, EventUser, EventResource and EventHost; records without a user or resource are left out, as views do. */
export const named = ({ scope, user, resource, host }: Named): string => `| extend EventScope = ${scope}, EventUser = ${user}, EventResource = ${resource}, EventHost = tolower(${host})
| extend EventHost = coalesce(extract(@"${ipv4}", 1, EventHost), extract(@"${ipv6}", 1, EventHost))
| where isnotempty(EventUser) and isnotempty(EventResource)`;
