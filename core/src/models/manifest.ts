import { z } from 'zod';
import { sha256 } from './digest.ts';
import { isFileName } from './file-name.ts';
import { limits } from './limits.ts';

const settings = z.record(z.string(), z.json());
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const text = z.string().min(1).max(1024);

/** What `train` knows about a model. No wall-clock time: the same training gives the same digest. */
export const modelManifestInput = z.strictObject({
  algorithm: z.strictObject({ address: text, version: text, settings, profile: text.optional() }),
  view: z.strictObject({ address: text, settings }).optional(),
  seed: z.int(),
  /** Days of the training data, UTC, half-open; null when the data has no days. */
  window: z.strictObject({ from: z.iso.date(), to: z.iso.date() }).nullable(),
  rows: count,
  users: count.optional(),
  resources: count.optional(),
  data: z.strictObject({ digest: text }),
  code: z.strictObject({ core: text, plugin: text }),
  calibrated: z.boolean(),
  provisional: z.boolean(),
  parentDigest: digest.optional(),
});
export type ModelManifestInput = z.input<typeof modelManifestInput>;

/** `manifest.json` of a model folder, format 1. Every other file is in `files`; the manifest's own digest is in `manifest.sha256`. */
export const modelManifest = modelManifestInput.extend({
  format: z.literal(1),
  /** Folder of a scope → digest over the names and digests of its files, so that a scope can be compared by itself. */
  scopes: z.record(z.string(), digest),
  files: z
    .record(z.string().refine(isFileName, 'not a file name of a model'), z.strictObject({ bytes: count.max(limits.fileBytes), sha256: digest }))
    .refine((files) => Object.keys(files).length <= limits.files, 'too many files'),
  signature: z.literal('none'),
});
export type ModelManifest = z.infer<typeof modelManifest>;

const scopePart = /(?:^|\/)scopes\/(s[0-9a-f]*)\//;

/** Digest per scope: SHA-256 over the sorted lines `name sha256` of the files under its folder. */
export function scopeDigests(files: ModelManifest['files']): Record<string, string> {
  const lines = new Map<string, string>();
  for (const name of Object.keys(files).sort()) {
    const scope = scopePart.exec(name)?.[1];
    if (scope !== undefined) lines.set(scope, `${lines.get(scope) ?? ''}${name} ${files[name]?.sha256}\n`);
  }
  return Object.fromEntries(Array.from(lines, ([scope, text]) => [scope, sha256(text)]));
}

/** The manifest's bytes: keys sorted, so that equal manifests are equal files. */
export const manifestText = (manifest: ModelManifest): string => `${JSON.stringify(manifest, sortedKeys, 1)}\n`;

const sortedKeys = (_key: string, value: unknown): unknown =>
  value === null || typeof value !== 'object' || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
