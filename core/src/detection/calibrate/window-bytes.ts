import { classCount } from '../status-class.ts';
import type { CalibrationWindow } from './window.ts';

const magic = 0x31574342; // "BCW1"
const hasCold = 1;
const headBytes = 12;

/** `BCW1`, flags, rows (three uint32), then surprise and cold surprise (float64), days (int32), classes (uint8); little-endian. */
export function encodeWindow({ surprise, coldSurprise, days, classes }: CalibrationWindow): Uint8Array {
  const rows = classes.length;
  const bytes = new Uint8Array(sizeOf(rows, coldSurprise !== null, days !== null));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, coldSurprise ? hasCold : 0, true);
  view.setUint32(8, rows, true);
  let at = headBytes;
  for (const column of coldSurprise ? [surprise, coldSurprise] : [surprise]) {
    for (const value of column) at = (view.setFloat64(at, value, true), at + 8);
  }
  for (const day of days ?? []) at = (view.setInt32(at, day, true), at + 4);
  bytes.set(classes, at);
  return bytes;
}

/** The window, or what is wrong with the bytes. */
export function decodeWindow(bytes: Uint8Array, rows: number, workingDays: readonly number[] | null): CalibrationWindow | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headBytes || view.getUint32(0, true) !== magic) return 'not a calibration window';
  const flags = view.getUint32(4, true);
  if (flags > hasCold || view.getUint32(8, true) !== rows) return 'its head differs from window.json';
  const dated = workingDays !== null;
  if (bytes.length !== sizeOf(rows, flags === hasCold, dated)) return `expected ${sizeOf(rows, flags === hasCold, dated)} bytes, found ${bytes.length}`;
  let at = headBytes;
  const floats = (): Float64Array => Float64Array.from({ length: rows }, () => view.getFloat64((at += 8) - 8, true));
  const surprise = floats();
  const coldSurprise = flags === hasCold ? floats() : null;
  const days = dated ? Int32Array.from({ length: rows }, () => view.getInt32((at += 4) - 4, true)) : null;
  const window = { surprise, coldSurprise, days, classes: bytes.slice(at), workingDays };
  return faultOf(window) ?? window;
}

const sizeOf = (rows: number, cold: boolean, dated: boolean): number => headBytes + rows * (8 + (cold ? 8 : 0) + (dated ? 4 : 0) + 1);

function faultOf({ surprise, coldSurprise, classes, days, workingDays }: CalibrationWindow): string | undefined {
  const listed = new Set(workingDays);
  for (let row = 0; row < classes.length; row++) {
    const classOf = classes[row] as number;
    if (classOf >= classCount) return `row ${row + 1}: no class ${classOf}`;
    if (!Number.isFinite(surprise[row])) return `row ${row + 1}: surprise is not finite`;
    if (days && !listed.has(days[row] as number)) return `row ${row + 1}: its day is not one of the window`;
    if (classOf > 0 && coldSurprise && !Number.isFinite(coldSurprise[row])) return `row ${row + 1}: coldSurprise is not finite`;
  }
  return undefined;
}
