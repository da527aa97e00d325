import { aboveWorkspaces, blobName, blobSpan, overlap, placeInside, spanOf, type ExportPlace, type Span } from '@byoml/core/data-export';
import type { ListedBlob } from './client.ts';
import { below, each, folderName, levelOf, listsWhole, type Walk } from './walk.ts';

/** One blob of an export. */
export interface ExportBlob {
  readonly blob: ListedBlob;
  readonly workspace: string;
  readonly time: readonly number[];
  readonly part: number;
  /** The time that its records are of. */
  readonly span: Span | undefined;
}

interface Folder {
  readonly prefix: string;
  readonly place: ExportPlace;
}

/** Where the years of a workspace lie. Another letter case of the same path is another folder of the same workspace. */
export interface WorkspaceFolder {
  /** Parts of the resource id in lower case, joined by slashes. */
  readonly workspace: string;
  readonly years: readonly Folder[];
}

/** The workspaces of a container, whatever their letter case; some lists of one folder each. */
export async function findWorkspaces(walk: Walk, { prefix, place }: Folder = { prefix: '', place: aboveWorkspaces }): Promise<WorkspaceFolder[]> {
  const { folders } = await levelOf(walk, prefix);
  const inside = folders.flatMap((folder): Folder[] => {
    const deeper = placeInside(place, folderName(folder));
    return deeper ? [{ prefix: folder, place: deeper }] : [];
  });
  const years = inside.filter((folder) => folder.place.time.length > 0);
  const others = await each(walk, inside.filter((folder) => folder.place.time.length === 0), findWorkspaces);
  return years.length > 0 ? [{ workspace: (place.workspace ?? []).join('/'), years }, ...others] : others;
}

/** The blobs of a workspace whose hour touches the span, by lists of no more than that needs. */
export const findBlobs = (walk: Walk, { years }: WorkspaceFolder): Promise<ExportBlob[]> => each(walk, years, blobsIn);

async function blobsIn(walk: Walk, { prefix, place }: Folder): Promise<ExportBlob[]> {
  const covered = spanOf(place);
  if (!covered || !overlap(covered, walk.span)) return [];
  if (place.time.length >= 4 || listsWhole(place.time, covered, walk.span)) return (await below(walk, prefix)).flatMap((blob) => exportBlob(walk.span, { prefix, place }, blob));
  const { folders } = await levelOf(walk, prefix);
  const inside = folders.flatMap((folder): Folder[] => {
    const deeper = placeInside(place, folderName(folder));
    return deeper ? [{ prefix: folder, place: deeper }] : [];
  });
  return each(walk, inside, blobsIn);
}

function exportBlob(span: Span, { prefix, place: above }: Folder, blob: ListedBlob): ExportBlob[] {
  const parts = blob.name.slice(prefix.length).split('/');
  const named = blobName(parts.pop() ?? '');
  const place = parts.reduce<ExportPlace | undefined>((at, part) => at && placeInside(at, part), above);
  if (!named || !place?.workspace || place.time.length < 4 || blob.bytes === 0) return [];
  const hour = spanOf({ time: place.time.slice(0, 4) });
  if (!hour || !overlap(hour, span)) return [];
  return [{ blob, workspace: place.workspace.join('/'), time: place.time, part: named.part, span: blobSpan({ time: place.time, minutes: named.minutes }) }];
}

/** Workspace, then time, then the order in which the export wrote. */
export function inOrder(a: ExportBlob, b: ExportBlob): number {
  if (a.workspace !== b.workspace) return a.workspace < b.workspace ? -1 : 1;
  for (let i = 0; i < Math.max(a.time.length, b.time.length); i++) {
    const difference = (a.time[i] ?? 0) - (b.time[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.part - b.part || (a.blob.name < b.blob.name ? -1 : 1);
}
