import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@byoml/core';
import { blobName, overlap, placeInside, spanOf, type ExportPlace, type Span } from '@byoml/core/data-export';

/** One blob of an export. */
export interface Blob {
  readonly path: string;
  readonly workspace: string;
  readonly time: readonly number[];
  /** How long the time is that its records are of. */
  readonly minutes: 5 | 60;
  readonly part: number;
}

/** Collects the blobs below a folder whose hour touches the span. Links are not followed: they could lead out of the export. */
export async function findBlobs(folder: string, place: ExportPlace, span: Span, run: Run): Promise<Blob[]> {
  run.signal.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true });
  const deeper = entries.flatMap((entry) => {
    const inside = entry.isDirectory() ? placeInside(place, entry.name) : undefined;
    const covered = inside && spanOf(inside);
    return inside && (!covered || overlap(covered, span)) ? [findBlobs(join(folder, entry.name), inside, span, run)] : [];
  });
  return [...entries.flatMap((entry) => blobOf(folder, entry, place)), ...(await Promise.all(deeper)).flat()];
}

function blobOf(folder: string, entry: Dirent, { workspace, time }: ExportPlace): Blob[] {
  const { name } = entry;
  const named = entry.isFile() ? blobName(name) : undefined;
  // Blobs lie below an hour or one of its minutes; anything higher is no part of the layout.
  if (!named || !workspace || time.length < 4) return [];
  return [{ path: join(folder, name), workspace: workspace.join('/'), time, ...named }];
}

/** Workspace, then time, then the order in which the export wrote. */
export function inOrder(a: Blob, b: Blob): number {
  if (a.workspace !== b.workspace) return a.workspace < b.workspace ? -1 : 1;
  for (let i = 0; i < Math.max(a.time.length, b.time.length); i++) {
    const difference = (a.time[i] ?? 0) - (b.time[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.part - b.part || (a.path < b.path ? -1 : 1);
}
