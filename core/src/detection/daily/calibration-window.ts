import { ByomlError } from '../../contracts/errors.ts';
import { Calibration } from '../calibrate/calibration.ts';
import { decodeWindow, encodeWindow } from '../calibrate/window-bytes.ts';
import { pooled, type CalibrationWindow } from '../calibrate/window.ts';
import type { Candidates } from './candidates.ts';
import type { History } from './history.ts';

/** What one working day adds to the rolling window. */
export interface WindowDay {
  readonly day: number;
  readonly scopes: ReadonlyMap<string, CalibrationWindow>;
  /** Scores of the day's incidents. */
  readonly incidents: Float64Array;
}

/** Working days in a full window. */
export const windowDays = 20;

/** Candidates of all scopes on that day. */
export const candidatesIn = ({ scopes }: WindowDay): number => [...scopes.values()].reduce((sum, { classes }) => sum + classes.length, 0);

/** A working day's candidates by scope. */
export function windowDay(history: History, { day, rows, surprise, coldSurprise, classes }: Candidates, incidents: Float64Array): WindowDay {
  const places = new Map<string, number[]>();
  rows.forEach((row, at) => {
    const scope = history.scope(row);
    const held = places.get(scope);
    if (held) held.push(at);
    else places.set(scope, [at]);
  });
  const gather = (column: Float64Array, at: readonly number[]): Float64Array => Float64Array.from(at, (place) => column[place] as number);
  const scopes = new Map([...places].map(([scope, at]) => [scope, {
    surprise: gather(surprise, at),
    coldSurprise: coldSurprise && gather(coldSurprise, at),
    classes: Uint8Array.from(at, (place) => classes[place] as number),
    days: new Int32Array(at.length).fill(day),
    workingDays: [day],
  }] as const));
  return { day, scopes, incidents };
}

/** The calibration that the days make together; null without candidates. Every scope's window counts all days, also those on which it was quiet. */
export function calibrationOf(days: readonly WindowDay[]): Calibration | null {
  const names = new Set(days.flatMap(({ scopes }) => [...scopes.keys()]));
  const workingDays = days.map(({ day }) => day);
  const windows = new Map([...names].sort().map((scope) => [scope, { ...pooled(days.flatMap(({ scopes }) => scopes.get(scope) ?? [])), workingDays }] as const));
  const calibration = new Calibration(windows);
  return calibration.rows > 0 ? calibration : null;
}

/** Scores of all incidents of the window, ascending. */
export function incidentScores(days: readonly WindowDay[]): Float64Array {
  const scores = new Float64Array(days.reduce((sum, { incidents }) => sum + incidents.length, 0));
  let at = 0;
  for (const { incidents } of days) {
    scores.set(incidents, at);
    at += incidents.length;
  }
  return scores.sort();
}

/** For the state: each scope's candidates as bytes (see `encodeWindow`). */
export const encodedDay = ({ day, scopes, incidents }: WindowDay): { day: number; scopes: Array<{ scope: string; bytes: Uint8Array }>; incidents: Float64Array } => ({
  day, scopes: [...scopes].map(([scope, window]) => ({ scope, bytes: encodeWindow(window) })), incidents,
});

/** Reads what `encodedDay` wrote. Throws STATE_FAILED. */
export function decodedDay({ day, scopes, incidents }: { readonly day: number; readonly scopes: ReadonlyArray<{ readonly scope: string; readonly bytes: Uint8Array }>; readonly incidents: Float64Array }): WindowDay {
  return { day, incidents, scopes: new Map(scopes.map(({ scope, bytes }) => [scope, decoded(bytes, day)])) };
}

function decoded(bytes: Uint8Array, day: number): CalibrationWindow {
  const rows = bytes.length < 12 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(8, true);
  const window = decodeWindow(bytes, rows, [day]);
  if (typeof window === 'string') throw new ByomlError('STATE_FAILED', `the calibration of UTC day ${day} cannot be read: ${window}`, { details: { day } });
  return window;
}
