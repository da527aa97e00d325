import { constants, gunzipSync, inflateSync } from 'node:zlib';
import type { ContainerFormat, ModelInspection } from './inspection.ts';
import type { Unpacking } from './unpacking.ts';
import type { ModelFinding } from './verdict.ts';

const hint = 'Unpack it and name the model file itself.';

/** The bytes in a gzip or zlib wrapper, also one that breaks off: its reader runs what comes before. Undefined for others, broken or too large ones. */
export function unwrapped(format: string, bytes: Uint8Array, unpacking: Unpacking): Uint8Array | undefined {
  if ((format !== 'gzip' && format !== 'zlib') || unpacking.left === 0) return undefined;
  try {
    const content = (format === 'gzip' ? gunzipSync : inflateSync)(bytes, { maxOutputLength: unpacking.left, finishFlush: constants.Z_SYNC_FLUSH });
    unpacking.take(content.length);
    return content;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') unpacking.take(unpacking.left);
    return undefined;
  }
}

/** What is said of a wrapper, given what was found in it, if it could be looked into. */
export function inspectWrapped(format: ContainerFormat, inside: ModelInspection | undefined): ModelInspection {
  const findings = (inside?.findings ?? []).map(({ message, hint: remedy }): ModelFinding => ({ message: `inside the ${format}: ${message}`, hint: remedy }));
  if (inside?.verdict === 'runs-code' || inside?.verdict === 'malformed') return { format, verdict: inside.verdict, findings, facts: null };
  const message = inside?.verdict === 'safe' ? `${format} around ${inside.format}` : `${format} hides what it holds`;
  return { format, verdict: 'unknown', findings: [...findings, { message, hint }], facts: null };
}
