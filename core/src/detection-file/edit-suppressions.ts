import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, parseDocument, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { ByomlError } from '../contracts/errors.ts';
import type { Suppression } from './detection.ts';
import { flow, suppressionEntry } from './detection-text.ts';
import { parseDetection } from './parse.ts';

/** Something to put in place of a part of a text; offsets in UTF-16 units. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The text of a detection file with one more suppression, last of all; whatever else it says, its comments and its layout stay. Throws
 * DETECTION_INVALID for a file that is invalid, before or after, and where the list cannot be written to (an alias, a tag).
 */
export function withSuppression(text: string, file: string, suppression: Suppression): string {
  const entry = flow(suppressionEntry(suppression));
  const before = parseDetection(text, file).detection;
  return edited(text, file, { ...before, suppress: [...before.suppress, suppression] }, `write this to \`suppress\` by hand: ${entry}`, (document, plain) => added(document, plain, entry));
}

/** The text without the suppression of that id. Throws as `withSuppression`. */
export function withoutSuppression(text: string, file: string, id: string): string {
  const before = parseDetection(text, file).detection;
  const at = before.suppress.findIndex((each) => each.id === id);
  return edited(text, file, { ...before, suppress: before.suppress.toSpliced(at, 1) }, `take "${id}" out of \`suppress\` by hand`, (document, plain) => removed(document, plain, at));
}

type Edit = (root: YAMLMap<Node, Node | null>, text: string) => Change | null;

function edited(text: string, file: string, wanted: object, advice: string, edit: Edit): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const plain = text.slice(mark.length);
  const { contents } = parseDocument(plain, { version: '1.2', schema: 'core', logLevel: 'silent' });
  const change = isMap(contents) ? edit(contents as YAMLMap<Node, Node | null>, plain) : null;
  const written = change && `${mark}${plain.slice(0, change.from)}${change.text}${plain.slice(change.to)}`;
  if (written === null || !says(written, file, wanted)) throw new ByomlError('DETECTION_INVALID', `${file}: \`suppress\` could not be changed where it stands; ${advice}`, { details: { file } });
  return written;
}

function says(text: string, file: string, wanted: object): boolean {
  try {
    const { detection } = parseDetection(text, file);
    return isDeepStrictEqual(detection, wanted);
  } catch {
    return false;
  }
}

const rangeOf = (node: Node | null): readonly [start: number, end: number] => [node?.range?.[0] ?? 0, node?.range?.[1] ?? 0];

const newlineOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

const pairOf = (root: YAMLMap<Node, Node | null>) => root.items.find(({ key }) => isScalar(key) && key.value === 'suppress');

/** End of the line on which the last visible character before `end` stands: comments behind it count to it. */
function lineEnd(text: string, end: number): number {
  const last = text.slice(0, end).trimEnd().length;
  const found = /\r?\n/u.exec(text.slice(last));
  return found ? last + found.index : text.length;
}

const columnOf = (text: string, at: number): number => at - (text.lastIndexOf('\n', at - 1) + 1);

function added(root: YAMLMap<Node, Node | null>, text: string, entry: string): Change | null {
  const pair = pairOf(root);
  if (!pair) return newKey(root, text, entry);
  const { value } = pair;
  if (isSeq(value)) return addedTo(value as YAMLSeq<Node>, text, entry);
  if (value !== null && !(isScalar(value) && value.value === null)) return null;
  const colon = text.indexOf(':', rangeOf(pair.key)[1]);
  const written = value?.range ? text.slice(value.range[0], value.range[1]) : '';
  if (written !== '') return { from: rangeOf(value)[0], to: rangeOf(value)[1], text: `[ ${entry} ]` };
  return { from: colon + 1, to: colon + 1, text: ` [ ${entry} ]` };
}

function newKey(root: YAMLMap<Node, Node | null>, text: string, entry: string): Change | null {
  const first = root.items[0];
  if (!first) return null;
  const newline = newlineOf(text);
  if (root.flow === true) {
    const at = rangeOf(first.key)[0];
    return { from: at, to: at, text: `suppress: [ ${entry} ], ` };
  }
  const margin = ' '.repeat(columnOf(text, rangeOf(first.key)[0]));
  const end = text.length;
  return { from: end, to: end, text: `${text.endsWith('\n') ? '' : newline}${margin}suppress:${newline}${margin}  - ${entry}${newline}` };
}

function addedTo(list: YAMLSeq<Node>, text: string, entry: string): Change {
  const last = list.items.at(-1) ?? null;
  if (list.flow === true) {
    const at = last ? rangeOf(last)[1] : rangeOf(list)[0] + 1;
    return { from: at, to: at, text: last ? `, ${entry}` : ` ${entry} ` };
  }
  const at = lineEnd(text, rangeOf(last)[1]);
  return { from: at, to: at, text: `${newlineOf(text)}${' '.repeat(columnOf(text, rangeOf(list)[0]))}- ${entry}` };
}

function removed(root: YAMLMap<Node, Node | null>, text: string, at: number): Change | null {
  const list = pairOf(root)?.value;
  if (!isSeq(list)) return null;
  const items = list.items as Node[];
  if (!items[at]) return null;
  if (list.flow === true) return { ...flowPart(items, at, text), text: '' };
  const [start, end] = rangeOf(items[at]);
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = lineEnd(text, end);
  return { from, to: to + (/^\r?\n/u.exec(text.slice(to))?.[0].length ?? 0), text: '' };
}

/** An item of a list in brackets with one comma: the one behind it, or where it is the last, the one before. */
function flowPart(items: readonly Node[], at: number, text: string): Pick<Change, 'from' | 'to'> {
  const [item, next, before] = [items[at] as Node, items[at + 1], items[at - 1]];
  const [start, end] = rangeOf(item);
  if (next) return { from: start, to: rangeOf(next)[0] };
  return before ? { from: rangeOf(before)[1], to: end } : { from: start, to: end + (/^\s*,/u.exec(text.slice(end))?.[0].length ?? 0) };
}
