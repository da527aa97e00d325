import type { Dialect } from '@byoml/core';

const ipv4 = String.raw`^\[?(?:::ffff:)?([0-9]{1,3}(?:[.][0-9]{1,3}){3})(?:\]?:[0-9]+|\])?$`;
const ipv6 = String.raw`^\[?([0-9a-f]{0,4}:[0-9a-f.:]*:[0-9a-f.:]*)(?:%[^\]]*)?(?:\](?::[0-9]+)?)?$`;

/**
 * The IP address in a text expression, lower-case, without port, brackets, zone and the IPv4-in-IPv6 prefix; NULL for
 * anything else (`-`, `LOCAL`, `AWS Internal`, a service's name).
 */
export function ipAddress(d: Dialect, expression: string): string {
  const found = (pattern: string): string => `NULLIF(regexp_extract(LOWER(TRIM(${expression})), ${d.literal(pattern)}, 1), '')`;
  return `COALESCE(${found(ipv4)}, ${found(ipv6)})`;
}
