import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';
import { sha256 } from './digest.ts';
import { corrupt } from './failure.ts';
import { digestName, manifestName } from './file-name.ts';
import { limits } from './limits.ts';
import { manifestText, modelManifest, scopeDigests, type ModelManifest } from './manifest.ts';
import { contentOf, openPlain } from './read-file.ts';

const foreign = (dir: string, reason: string): ByomlError => new ByomlError('MODEL_FOREIGN', `model ${dir}: ${reason}`, { details: { folder: dir, reason } });

/** Content of the digest file of a manifest. */
export const manifestDigestText = (digest: string): string => `${digest}  ${manifestName}\n`;

/** The folder's manifest, checked against its digest file and then parsed. `dir` is what messages call the folder. */
export async function readManifest(dir: string, folder: string): Promise<{ manifest: ModelManifest; digest: string }> {
  const text = await smallFile(dir, folder, manifestName, limits.manifestBytes);
  const line = await smallFile(dir, folder, digestName, 128);
  if (!text && !line) throw new ByomlError('MODEL_MISSING', `model ${dir}: the folder has no ${manifestName}`, { details: { folder: dir } });
  if (!text) throw corrupt(dir, manifestName, 'is missing');
  const digest = sha256(text);
  if (!line) throw formatOf(text) === 1 ? corrupt(dir, digestName, 'is missing') : foreign(dir, `${manifestName} is not of a byoml model`);
  if (line.toString('latin1') !== manifestDigestText(digest)) throw corrupt(dir, manifestName, `differs from ${digestName}`);
  return { manifest: parse(dir, text), digest };
}

/** A file of the folder that is read whole; undefined where it is missing. Throws MODEL_CORRUPT for a link, anything but a file, and more than `most` bytes. */
export async function smallFile(dir: string, folder: string, name: string, most: number): Promise<Buffer | undefined> {
  const opened = await openPlain(join(folder, name));
  if (opened === 'is missing') return undefined;
  if (typeof opened === 'string') throw corrupt(dir, name, opened);
  await using file = opened;
  const { size } = await file.stat();
  if (size > most) throw corrupt(dir, name, `has ${size} bytes, more than the ${most} allowed`);
  return Buffer.from((await contentOf(file, most)).buffer);
}

function json(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}

const formatOf = (text: Buffer): unknown => (json(text) as { format?: unknown } | null | undefined)?.format;

function parse(dir: string, text: Buffer): ModelManifest {
  const format = formatOf(text);
  if (format !== 1) throw foreign(dir, format === undefined ? `${manifestName} is not of a byoml model` : `format ${JSON.stringify(format)} is not format 1, which this version reads`);
  const parsed = safeParse(json(text));
  if (!parsed.success) throw corrupt(dir, manifestName, `does not follow the schema: ${parsed.reason}`);
  if (!isDeepStrictEqual(parsed.data.scopes, scopeDigests(parsed.data.files))) throw corrupt(dir, manifestName, 'gives scopes digests that are not those of their files');
  if (manifestText(parsed.data) !== text.toString('utf8')) throw corrupt(dir, manifestName, 'is not in the form that byoml writes'); // keys given twice, keys that parsing drops
  return parsed.data;
}

function safeParse(value: unknown): { success: true; data: ModelManifest } | { success: false; reason: string } {
  try {
    const parsed = modelManifest.safeParse(value);
    return parsed.success ? parsed : { success: false, reason: z.prettifyError(parsed.error).slice(0, 500) };
  } catch (thrown) {
    return { success: false, reason: thrown instanceof RangeError ? 'it is nested too deeply' : String(thrown) };
  }
}
