import { readFile, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ByomlError } from '../contracts/errors.ts';
import { parseDetection, type ParsedDetection } from '../detection-file/index.ts';
import { nearestText } from '../plugins/nearest.ts';

/** A folder with `detections/`, one file each, and `.byoml/`, which byoml makes. */
export interface Workspace {
  readonly folder: string;
  /** Names of the detections, sorted. */
  readonly detections: readonly string[];
}

const ending = /\.ya?ml$/u;

/** Throws WORKSPACE_MISSING. */
export async function openWorkspace(folder: string): Promise<Workspace> {
  const path = resolve(folder);
  const names = await readdir(join(path, 'detections')).catch((cause: unknown) => {
    throw new ByomlError('WORKSPACE_MISSING', `${folder} has no folder "detections"`, { details: { folder: path }, cause });
  });
  return { folder: path, detections: names.filter((name) => ending.test(name)).map((name) => name.replace(ending, '')).sort() };
}

/** The detection of that name; a path to its file does as well. Throws DETECTION_UNKNOWN, DETECTION_INVALID. */
export async function readDetection({ folder, detections }: Workspace, wanted: string): Promise<ParsedDetection> {
  const name = basename(wanted).replace(ending, '');
  if (!detections.includes(name)) throw new ByomlError('DETECTION_UNKNOWN', `${folder} has no detection "${name}"${nearestText(name, detections)}`, { details: { detection: name, existing: detections } });
  for (const file of [`${name}.yaml`, `${name}.yml`]) {
    const text = await readFile(join(folder, 'detections', file), 'utf8').catch(() => undefined);
    if (text !== undefined) return parseDetection(text, join('detections', file));
  }
  throw new ByomlError('FILE_MISSING', `the file of detection "${name}" cannot be read`, { details: { detection: name } });
}
