import { closeSync, openSync, readSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { ScanFile } from '@byoml/core';
import { completeLines, type Span } from '@byoml/core/data-export';
import type { Copy } from './copies.ts';

interface Told {
  /** Address of the blob. */
  readonly label: string;
  readonly span: Span | undefined;
}

/** The complete records of a copy of JSON Lines that may still be appended to; undefined when there is none yet. */
export function recordsOf({ path, blob }: Copy, told: Told): ScanFile | undefined {
  const lines = completeLines(path, blob.bytes);
  return lines && described(lines, blob.etag, told);
}

/** All of a copy. */
export function wholeOf({ path, blob }: Copy, told: Told): ScanFile {
  const offset = path.endsWith('.csv') || path.endsWith('.jsonl') ? afterMark(path) : 0;
  return described({ url: pathToFileURL(path).href, bytes: blob.bytes - offset, version: blob.etag, ...(offset > 0 ? { offset } : {}) }, blob.etag, told);
}

const described = (file: ScanFile, version: string, { label, span }: Told): ScanFile => ({ ...file, version, label, ...(span ? { span: { from: new Date(span.from), to: new Date(span.to) } } : {}) });

function afterMark(path: string): number {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(3);
    return readSync(file, head, 0, 3, 0) === 3 && head.equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  } finally {
    closeSync(file);
  }
}
