import { ByomlError } from '@byoml/core';
import { parseDetection, type ParsedDetection } from '@byoml/core/detection-file';
import { parseAddress } from '@byoml/core/plugins';
import { fileOf, replaceFile } from '../detection-text.ts';
import { placesIn, type Place } from './used-by.ts';

/** An address with another version, or with one where it had none; its profile stays. */
export function versioned(address: string, version: string): string {
  const { profile } = parseAddress(address);
  return `${address.replace(/(?<=\/[a-z][a-z0-9-]*)[@:].*$/u, '')}@${version}${profile === undefined ? '' : `:${profile}`}`;
}

/** Offset of the text of an address in its file, behind a quote that it may have. */
function offsetOf(text: string, parsed: ParsedDetection, { path }: Place): number {
  const [line = 1, column = 1] = /(\d+):(\d+)$/u.exec(parsed.at(path))?.slice(1).map(Number) ?? [];
  const start = text.split('\n').slice(0, line - 1).reduce((sum, before) => sum + before.length + 1, text.startsWith('\uFEFF') ? 1 : 0) + column - 1;
  return /["']/u.test(text[start] ?? '') ? start + 1 : start;
}

/**
 * The text of a detection file that stays on one version of a plugin. Only its addresses change: comments, order and layout stay. Throws
 * DETECTION_INVALID when an address does not stand in the file as it is read (an alias, an escape).
 */
export function pinnedText(text: string, { file, plugin, version }: { readonly file: string; readonly plugin: string; readonly version: string }): string {
  const parsed = parseDetection(text, file);
  const places = placesIn(parsed.detection, plugin).map((place) => ({ ...place, at: offsetOf(text, parsed, place) }));
  let pinned = text;
  for (const { at, address } of places.toSorted((a, b) => b.at - a.at)) {
    if (!text.startsWith(address, at)) throw new ByomlError('DETECTION_INVALID', `${file}: ${address} could not be pinned where it stands; write "${versioned(address, version)}" there`, { details: { file, address } });
    pinned = `${pinned.slice(0, at)}${versioned(address, version)}${pinned.slice(at + address.length)}`;
  }
  const left = placesIn(parseDetection(pinned, file).detection, plugin).find(({ address }) => parseAddress(address).version !== version);
  if (left) throw new ByomlError('DETECTION_INVALID', `${file}: ${left.address} could not be pinned; write "${versioned(left.address, version)}" there`, { details: { file, address: left.address } });
  return pinned;
}

/** Lets a detection stay on a version of a plugin, in its file; the answer puts the file back as it was. */
export async function pinDetection(workspace: string, { detection, plugin, version }: { readonly detection: string; readonly plugin: string; readonly version: string }): Promise<() => Promise<void>> {
  const { path, text } = await fileOf(workspace, detection);
  await replaceFile(path, pinnedText(text, { file: path, plugin, version }));
  return () => replaceFile(path, text);
}
