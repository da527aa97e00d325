import { readFile } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';
import { z } from 'zod';

const largest = 1 << 20;
const bundle = z.looseObject({ mediaType: z.string().regex(/^application\/vnd\.dev\.sigstore\.bundle[.+;a-z0-9=-]*$/i) });

/** A sigstore bundle that a build made, as it is sent. */
export interface Provenance {
  readonly mediaType: string;
  /** JSON. */
  readonly text: string;
}

/** Reads a sigstore bundle from a file; the registry and whoever installs verify it. Throws FILE_MISSING, FILE_CORRUPT. */
export async function readProvenance(path: string): Promise<Provenance> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ByomlError('FILE_MISSING', `provenance ${path}: ${(cause as Error).message}`, { details: { path }, cause });
  });
  const parsed = bundle.safeParse(text.length > largest ? undefined : jsonOf(text));
  if (!parsed.success) throw new ByomlError('FILE_CORRUPT', `provenance ${path}: it is no sigstore bundle, which is JSON with a "mediaType" and of at most ${largest} bytes`, { details: { path } });
  return { mediaType: parsed.data.mediaType, text };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
