import type { ScanFile } from '../contracts/data-source.ts';
import type { WatermarkRecord } from '../state/index.ts';

const dayMs = 86_400_000;

/** Whether a file may hold records of a UTC day. */
export const touches = ({ span }: ScanFile, day: number): boolean => !span || (span.from.getTime() < (day + 1) * dayMs && span.to.getTime() > day * dayMs);

export const markOf = (detection: string, { url, version, bytes, offset = 0 }: ScanFile): WatermarkRecord => ({ detection, url, version, bytes: bytes + offset });

/** Marks of the files that a run of this UTC day has used up: those that end within it, and with the last day all others. */
export function watermarksOf(detection: string, files: readonly ScanFile[], day: number, isLast: boolean): WatermarkRecord[] {
  return files.filter(({ span }) => (span ? Math.floor((span.to.getTime() - 1) / dayMs) === day : isLast)).map((file) => markOf(detection, file));
}
