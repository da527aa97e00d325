/**
 * Where a folder stands in the data-export layout:
 * `WorkspaceResourceId=/subscriptions/…/workspaces/<name>/y=2026/m=11/d=24/h=06/m=05/PT05M.json` (or `m=00/PT1H.json`).
 */
export interface ExportPlace {
  /** Parts of the workspace's resource id, in lower case; undefined above `WorkspaceResourceId=`. */
  readonly workspace?: readonly string[];
  /** Year, month, day, hour and minute, as far as the folder has them. */
  readonly time: readonly number[];
}

/** Milliseconds since 1970, half-open. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const workspaceRoot = 'workspaceresourceid=';
const levels = [/^y=(\d{4})$/u, /^m=(\d{1,2})$/u, /^d=(\d{1,2})$/u, /^h=(\d{1,2})$/u, /^m=(\d{1,2})$/u] as const;
/** A resource id has eight parts; a few more leave room for another root. */
const mostParts = 12;

export const aboveWorkspaces: ExportPlace = { time: [] };

/** The place of a folder inside another one; undefined when the layout has no such folder. */
export function placeInside(place: ExportPlace, folder: string): ExportPlace | undefined {
  const name = folder.toLowerCase();
  if (name === workspaceRoot) return { workspace: [], time: [] };
  if (!place.workspace) return undefined;
  const value = levels[place.time.length]?.exec(name)?.[1];
  if (value !== undefined) return { ...place, time: [...place.time, Number(value)] };
  if (place.time.length > 0 || place.workspace.length >= mostParts) return undefined;
  return { workspace: [...place.workspace, name], time: [] };
}

/** The time that records below a folder are of; undefined above the years. */
export function spanOf({ time }: ExportPlace): Span | undefined {
  const [year, month = 1, day = 1, hour = 0] = time;
  if (year === undefined) return undefined;
  const next = [[year + 1, 1, 1, 0], [year, month + 1, 1, 0], [year, month, day + 1, 0], [year, month, day, hour + 1]] as const;
  const [toYear, toMonth, toDay, toHour] = next[Math.min(time.length, next.length) - 1] as (typeof next)[number];
  return { from: Date.UTC(year, month - 1, day, hour), to: Date.UTC(toYear, toMonth - 1, toDay, toHour) };
}

const minuteMs = 60_000;

/** The time that a blob's records are of: five minutes of its folder, or the hour that it lies in. */
export function blobSpan({ time, minutes }: { readonly time: ExportPlace['time']; readonly minutes: number }): Span | undefined {
  const hour = spanOf({ time });
  const [minute] = time.slice(4);
  if (!hour || minutes === 60 || minute === undefined) return hour;
  const from = hour.from + minute * minuteMs;
  return { from, to: from + minutes * minuteMs };
}

export const overlap = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;

const blob = /^pt(?<length>05m|1h)(?:_(?<part>\d+))?\.json$/u;

/** How many minutes of records a blob holds, and which part of them (the first has no suffix and is 0); undefined for other files. */
export function blobName(name: string): { readonly minutes: 5 | 60; readonly part: number } | undefined {
  const { length, part } = blob.exec(name.toLowerCase())?.groups ?? {};
  return length === undefined ? undefined : { minutes: length === '1h' ? 60 : 5, part: Number(part ?? 0) };
}

/** The container that the export writes a table to, in lower case. */
export const containerOf = (table: string): string => `am-${table.toLowerCase()}`;
