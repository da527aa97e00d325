import type { QuarantineRecord } from '@byoml/core/state';
import { bold, dim } from './colour.ts';

/** Files that runs leave out, two lines each. */
export const quarantineText = (files: readonly QuarantineRecord[]): string =>
  files.map(({ detection, file, version, bytes, code, message, since }) => {
    const kept = bytes > 0 ? ` · its first ${bytes.toLocaleString('en-US')} bytes are read` : '';
    return `${bold(file)}  ${detection}\n  ${code}: ${message}\n  ${dim(`left out since run ${since}${kept}${version === '' ? ' · the next run tries it again' : ''}`)}`;
  }).join('\n');
