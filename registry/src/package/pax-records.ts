import { packAgain } from './gzip-header.ts';
import { refused } from './refused.ts';

/** What a record may say. Sizes, links, sparse maps and character sets would let two readers see two different archives. */
const harmless = /^(?:path|atime|ctime|mtime|uid|gid|uname|gname|comment|SCHILY\.(?:dev|ino|nlink|fflags)|LIBARCHIVE\.creationtime)$/;

/**
 * Reads the records of a PAX header the strict way: `LENGTH KEY=VALUE\n`, nothing between them. Throws PUBLISH_REFUSED for anything else,
 * because tar programs differ in what they make of it.
 */
export function refuseOddPax(body: Buffer): void {
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const digits = space < 0 ? '' : body.toString('latin1', at, Math.min(space, at + 6));
    const end = at + Number(digits);
    if (!/^[1-9]\d{0,4}$/.test(digits) || end > body.length || end <= space || body[end - 1] !== 0x0a) throw refused('a PAX header is malformed', packAgain);
    refuseOddRecord(body.toString('utf8', space + 1, end - 1));
    at = end;
  }
}

function refuseOddRecord(record: string): void {
  const key = record.slice(0, Math.max(0, record.indexOf('=')));
  if (!harmless.test(key)) throw refused(`a PAX header sets "${key}"`, packAgain);
  if (/[\n\0\uFFFD]/.test(record)) throw refused(`a PAX header has a line break, a NUL or no UTF-8 in "${key}"`, packAgain);
}
