import { z } from '@byoml/core';
import type { Dialect } from '@byoml/core';

/** Paths that a record may have, read as text. */
export const optionalTexts = <Path extends string>(...paths: readonly Path[]): Readonly<Record<Path, z.ZodOptional<z.ZodString>>> =>
  Object.fromEntries(paths.map((path) => [path, z.string().optional()])) as Record<Path, z.ZodOptional<z.ZodString>>;

/** The first of these columns that holds text; NULL when none does. */
export function firstText(d: Dialect, ...paths: readonly string[]): string {
  const filled = paths.map((path) => `NULLIF(CAST(${d.ident(path)} AS STRING), '')`);
  return filled.length === 1 ? filled.join() : `COALESCE(${filled.join(', ')})`;
}

/** The first of these columns that holds a moment, as TIMESTAMP in UTC; NULL when none does. */
export const firstMoment = (d: Dialect, ...paths: readonly string[]): string => `COALESCE(${paths.map((path) => d.timestamp(d.ident(path))).join(', ')}, NULL)`;

/** Quoted texts for an IN list. */
export const among = (d: Dialect, texts: readonly string[]): string => `(${texts.map((text) => d.literal(text)).join(', ')})`;
