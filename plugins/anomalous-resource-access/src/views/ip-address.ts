import type { Dialect } from '@byoml/core';

/**
 * The IP address in a text expression, lower-case, without port, brackets, zone and the IPv4-in-IPv6 prefix; NULL for
 * anything else (`-`, `LOCAL`, `AWS Internal`, a service's name).
 */
export function ipAddress(d: Dialect, expression: string): string {
  const replaced = (from: string, pattern: string): string => `regexp_replace(${from}, ${d.literal(pattern)}, '')`;
  const withPort = `LOWER(TRIM(${expression}))`;
  const bare = replaced(replaced(withPort, String.raw`^\[`), String.raw`\](:[0-9]+)?$`);
  // `1.2.3.4:443` has one colon; an IPv6 address without brackets has at least two.
  const withoutPort = `CASE WHEN ${d.matches(bare, String.raw`^[0-9.]+:[0-9]+$`)} THEN ${replaced(bare, ':[0-9]+$')} ELSE ${bare} END`;
  const address = replaced(replaced(withoutPort, '%.*$'), '^::ffff:');
  return `CASE WHEN ${d.matches(address, '^[0-9a-f]*[.:][0-9a-f.:]*$')} THEN ${address} END`;
}
