import { Malformed } from './malformed.ts';
import { findingsOf, readPickles } from './pickle/inspect.ts';
import { shown } from './shown.ts';
import type { Judgement, ModelFinding } from './verdict.ts';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const longestHeader = 1 << 20;
const latin = new TextDecoder('latin1');
/** The header as numpy writes it; other spellings of the same literal are not read. */
const headerPattern = /^\{'descr': (?<descr>'[^'\\]*'|\[.*\]), 'fortran_order': (?:True|False), 'shape': \((?<shape>[\d, ]*)\), ?\} *\n?$/s;
const plainType = /^'[<>|=]?([biufcSUVmM?])(\d{0,9})(?:\[[\w/]{1,20}\])?'$/;
const recordType = /^\[\('[^'\\]*', '[<>|=]?[biufcSUVmM?]\d{0,9}(?:\[[\w/]{1,20}\])?'(?:, \([\d, ]*\))?\)(?:, \('[^'\\]*', '[<>|=]?[biufcSUVmM?]\d{0,9}(?:\[[\w/]{1,20}\])?'(?:, \([\d, ]*\))?\))*\]$/;

export interface NpyFacts {
  /** numpy's own text: `<f4`, or a list for records. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Whether its elements are Python objects, stored as a pickle. */
  readonly objects: boolean;
}

export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

function headerOf(bytes: Uint8Array): { readonly text: string; readonly end: number } {
  const [major = 0] = bytes.subarray(6);
  if (major < 1 || major > 3) throw new Malformed(`npy version ${major} does not exist`, 6);
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw new Malformed('it ends inside its header', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader || length > bytes.length - start) throw new Malformed(`it announces a header of ${length} bytes`, 8);
  return { text: latin.decode(bytes.subarray(start, start + length)), end: start + length };
}

function shapeOf(text: string): number[] {
  const shape = text.split(',').map((part) => part.trim()).filter(Boolean).map(Number);
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements)) throw new Malformed('its shape is no finite size', 10);
  return shape;
}

function refuseOtherSize(dtype: string, shape: readonly number[], bytes: number): void {
  const [, kind = '', width = ''] = plainType.exec(dtype) ?? [];
  if (kind === '' || dtype.includes('[')) return;
  const needed = shape.reduce((product, size) => product * size, kind === '?' ? 1 : Number(width) * (kind === 'U' ? 4 : 1));
  if (needed !== bytes) throw new Malformed(`it has ${bytes} bytes of data where its type and shape need ${needed}`, 10);
}

/** Reads the header; an array of objects is a pickle, which is walked. Throws Malformed. */
export function inspectNpy(bytes: Uint8Array): Judgement & { readonly facts: NpyFacts } {
  const { text, end } = headerOf(bytes);
  const { descr: dtype = '', shape: sizes = '' } = headerPattern.exec(text)?.groups ?? {};
  if (dtype === '') throw new Malformed(`its header is not as numpy writes it: ${shown(text)}`, 10);
  const shape = shapeOf(sizes);
  if (plainType.test(dtype) || recordType.test(dtype)) {
    refuseOtherSize(dtype, shape, bytes.length - end);
    return { verdict: 'safe', findings: [], facts: { dtype, shape, objects: false } };
  }
  // numpy spells objects in many ways, all with this letter; one in a nested record's name is refused without need.
  if (!/o/i.test(dtype)) throw new Malformed(`its dtype ${shown(dtype)} is unknown`, 10);
  const findings = findingsOf(readPickles(bytes.subarray(end)), 'the pickle behind an array of objects').map(({ message, hint, offset }) => ({ message, hint, ...(offset === undefined ? {} : { offset: offset + end }) }));
  const runs = { message: `an array of Python objects (${shown(dtype)}) is a pickle: opening it runs code`, hint: 'Save it as numbers or text: numpy.save(path, array.astype(float), allow_pickle=False).' };
  return { verdict: 'runs-code', findings: [...findings, runs], facts: { dtype, shape, objects: true } };
}

export const npyBroken = ({ message, offset }: Malformed): ModelFinding => ({ message: `npy: ${message}`, hint: 'Save the array again with numpy.save.', offset });
