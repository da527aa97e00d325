import type { ScanFile } from '../contracts/data-source.ts';
import type { WatermarkRecord } from '../state/index.ts';

const dayMs = 86_400_000;

/** Marks of the files that a run of this UTC day has used up: those that end within it, and with the last day all others. */
export function watermarksOf(detection: string, files: readonly ScanFile[], day: number, isLast: boolean): WatermarkRecord[] {
  const used = files.filter(({ span }) => (span ? Math.floor((span.to.getTime() - 1) / dayMs) === day : isLast));
  return used.map(({ url, version, bytes, offset = 0 }) => ({ detection, url, version, bytes: bytes + offset }));
}
