import { Composer, isAlias, isMap, isScalar, isSeq, Parser, type Document, type Node, type Pair, type ParsedNode } from 'yaml';

// Reading takes some microseconds a byte; no file that people write comes near these.
const mostBytes = 262_144;
const mostNodes = 100_000;
const deepest = 40;
const mostErrors = 20;

/** Counted from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Path = ReadonlyArray<string | number>;

/** What is wrong with a part of a file. */
interface Fault {
  readonly position: Position;
  readonly reason: string;
}

/** A YAML file as plain values (text, numbers, booleans, null, lists, mappings), and where each of its parts stands. */
export interface YamlFile {
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** Of the value at a path, or of the nearest part around it that exists. */
  positionOf(path: Path): Position;
  /** Of the key at a path; else as `positionOf`. */
  keyPositionOf(path: Path): Position;
}

/** Offsets of a value and of its key, and its parts. */
interface Place {
  readonly at: number;
  readonly key: number;
  readonly inside: ReadonlyMap<string | number, Place>;
}

interface Read {
  readonly value: unknown;
  readonly place: Place;
}

/** Reads YAML 1.2 (core schema, no tags of anyone's own). Never throws: what is wrong is in `faults`. */
export function readYaml(file: string): YamlFile {
  const text = file.replace(/^\uFEFF/u, '');
  const found: Faults = [];
  const root = contentOf(text, found);
  return {
    value: root.value,
    faults: found.map(({ at, reason }) => ({ position: positionAt(text, at), reason })),
    positionOf: (path) => positionAt(text, placeAt(root.place, path).place.at),
    keyPositionOf: (path) => {
      const { place, whole } = placeAt(root.place, path);
      return positionAt(text, whole ? place.key : place.at);
    },
  };
}

function positionAt(text: string, offset: number): Position {
  const end = Math.min(Math.max(offset, 0), text.length);
  let [line, start] = [1, 0];
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', start)) [line, start] = [line + 1, at + 1];
  return { line, column: end - start + 1 };
}

type Faults = Array<{ readonly at: number; readonly reason: string }>;

const nothing: Read = { value: null, place: { at: 0, key: 0, inside: new Map() } };

function contentOf(text: string, faults: Faults): Read {
  if (Buffer.byteLength(text) > mostBytes) {
    faults.push({ at: 0, reason: 'expected at most 256 KiB' });
    return nothing;
  }
  const document = composed(text, faults);
  return document?.contents && faults.length === 0 ? new Reader(faults).read(document.contents) : nothing;
}

/** The only document of the text. Stops at the first token that is none, so that a file full of them costs no more than one. */
function composed(text: string, faults: Faults): Document.Parsed | undefined {
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, version: '1.2', schema: 'core', resolveKnownTags: false, logLevel: 'silent' });
  const documents: Document.Parsed[] = [];
  const take = (document: Document.Parsed): void => {
    documents.push(document);
    const { errors, warnings, directives, range } = document;
    for (const { pos, message } of [...errors, ...warnings].slice(0, mostErrors)) faults.push({ at: pos[0], reason: spoken(message) });
    if (directives.yaml.explicit === true && directives.yaml.version !== '1.2') faults.push({ at: 0, reason: `expected YAML 1.2, received ${directives.yaml.version}` });
    if (documents.length === 2) faults.push({ at: range[0], reason: 'expected one document, received a second one' });
  };
  try {
    for (const token of new Parser().parse(text)) {
      for (const document of composer.next(token)) take(document);
      if (token.type === 'error' || faults.length > 0) break;
    }
    for (const document of composer.end(true, text.length)) take(document);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    faults.push({ at: 0, reason: 'nested too deeply' });
  }
  return documents[0];
}

const spoken = (message: string): string => (message.startsWith('Maximum call stack') ? 'nested too deeply' : message.replaceAll('\n', ' ').slice(0, 200));

/** Turns nodes into values, aliases into copies of what they stand for. */
class Reader {
  readonly #faults: Faults;
  readonly #anchors = new Map<string, Node>();
  #nodes = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  read(root: ParsedNode): Read {
    return this.#read(root, offsetOf(root), 0);
  }

  #fault(at: number, reason: string): Read {
    if (this.#faults.length < mostErrors) this.#faults.push({ at, reason });
    return { value: null, place: { at, key: at, inside: new Map() } };
  }

  #read(node: Node, key: number, depth: number): Read {
    const at = offsetOf(node);
    if (depth > deepest) return this.#fault(at, 'nested too deeply');
    if (++this.#nodes > mostNodes) return this.#fault(at, 'too large, aliases counted as what they stand for');
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      return target ? this.#read(target, key, depth + 1) : this.#fault(at, `no anchor "${node.source.slice(0, 60)}" stands before this alias`);
    }
    if ('anchor' in node && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#mapping(node.items as Pair[], { at, key, depth });
    if (isSeq(node)) return this.#list(node.items as Node[], { at, key, depth });
    return isScalar(node) ? this.#scalar(node.value, at, key) : this.#fault(at, 'expected a value');
  }

  #scalar(value: unknown, at: number, key: number): Read {
    if (typeof value === 'number' && !(Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)))) return this.#fault(at, 'expected a number that can be kept exactly; write it in quotes when it is a name');
    return { value: value ?? null, place: { at, key, inside: new Map() } };
  }

  #list(items: readonly Node[], { at, key, depth }: { readonly at: number; readonly key: number; readonly depth: number }): Read {
    const read = items.map((item) => this.#read(item, offsetOf(item), depth + 1));
    return { value: read.map(({ value }) => value), place: { at, key, inside: new Map(read.map(({ place }, i) => [i, place])) } };
  }

  #mapping(items: readonly Pair[], { at, key, depth }: { readonly at: number; readonly key: number; readonly depth: number }): Read {
    const values = new Map<string, unknown>();
    const inside = new Map<string, Place>();
    for (const item of items) {
      const start = item.key ? offsetOf(item.key as Node) : at;
      const name = isScalar(item.key) && ['string', 'number', 'boolean'].includes(typeof item.key.value) ? String(item.key.value) : undefined;
      if (name === undefined || name === '__proto__') this.#fault(start, 'expected a name as key');
      else if (values.has(name)) this.#fault(start, `the key "${name.slice(0, 60)}" is there twice`);
      else {
        const { value, place } = item.value ? this.#read(item.value as Node, start, depth + 1) : { value: null, place: { at: start, key: start, inside: new Map() } };
        values.set(name, value);
        inside.set(name, place);
      }
    }
    return { value: Object.fromEntries(values), place: { at, key, inside } };
  }
}

const offsetOf = (node: Node | null): number => node?.range?.[0] ?? 0;

function placeAt(root: Place, path: Path): { readonly place: Place; readonly whole: boolean } {
  let place = root;
  for (const step of path) {
    const next = place.inside.get(step);
    if (!next) return { place, whole: false };
    place = next;
  }
  return { place, whole: true };
}
