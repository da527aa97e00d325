import { z } from 'zod';
import type { ModelFiles } from '../../contracts/algorithm.ts';
import { ByomlError } from '../../contracts/errors.ts';
import { scopeFolder } from '../../models/scope-folder.ts';
import { Calibration } from './calibration.ts';
import { decodeWindow, encodeWindow } from './window-bytes.ts';
import type { CalibrationWindow } from './window.ts';

const folder = 'calibration/scopes';
const header = z.strictObject({ format: z.literal(1), scope: z.string(), rows: z.int().min(1), workingDays: z.array(z.int()).min(1).max(366).nullable() });

/** Writes each scope's window to `calibration/scopes/<scopeFolder(scope)>/`; no file holds anything of another scope. */
export async function saveCalibration({ windows }: Calibration, files: ModelFiles): Promise<void> {
  for (const [scope, window] of windows) {
    const { classes, workingDays } = window;
    const about: z.output<typeof header> = { format: 1, scope, rows: classes.length, workingDays: workingDays && [...workingDays] };
    await files.write(`${folder}/${scopeFolder(scope)}/window.json`, new TextEncoder().encode(`${JSON.stringify(about)}\n`));
    await files.write(`${folder}/${scopeFolder(scope)}/window.bin`, encodeWindow(window));
  }
}

/** Reads what `saveCalibration` wrote. Throws MODEL_INVALID naming the file, also when there is no window. */
export async function loadCalibration(files: ModelFiles): Promise<Calibration> {
  const windows = new Map<string, CalibrationWindow>();
  for (const name of await files.names()) {
    if (!name.startsWith(`${folder}/`) || !name.endsWith('/window.json')) continue;
    const { scope, rows, workingDays } = parseHeader(name, await files.read(name));
    const bytesName = name.replace(/json$/, 'bin');
    const window = decodeWindow(await files.read(bytesName), rows, workingDays);
    if (typeof window === 'string') throw new ByomlError('MODEL_INVALID', `${bytesName}: ${window}`, { details: { file: bytesName } });
    windows.set(scope, window);
  }
  if (windows.size === 0) throw new ByomlError('MODEL_INVALID', 'the model says it is calibrated, but has no calibration window', { details: { folder } });
  return new Calibration(windows);
}

function parseHeader(name: string, bytes: Uint8Array): z.output<typeof header> {
  try {
    const parsed = header.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (name === `${folder}/${scopeFolder(parsed.scope)}/window.json`) return parsed;
  } catch (cause) {
    throw new ByomlError('MODEL_INVALID', `${name}: not the description of a calibration window`, { cause, details: { file: name } });
  }
  throw new ByomlError('MODEL_INVALID', `${name}: describes the window of another scope`, { details: { file: name } });
}
