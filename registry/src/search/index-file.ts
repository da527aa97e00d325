import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import MiniSearch from 'minisearch';
import type { Entry } from './entry.ts';
import { indexOptions } from './index-options.ts';

/** Where static hosting has the index: a MiniSearch index as JSON, packed, to be read with `indexOptions`. */
export const searchIndexKey = 'v1/search.json.gz';

/** Byte of the gzip header that names the operating system, and its value for an unknown one: https://www.rfc-editor.org/rfc/rfc1952#section-2.3 */
const [systemAt, unknownSystem] = [9, 255];

/** What a reader shows of a hit. */
const storeFields = ['version', 'description', 'keywords', 'attack', 'kinds', 'date', 'owners'];

/** The index of these packages as a file. The same packages give the same bytes, whatever their order. Works in small steps, so that a server can answer meanwhile. */
export async function searchIndex(packages: Iterable<Entry>): Promise<Uint8Array> {
  const index = new MiniSearch({ ...indexOptions, storeFields });
  await index.addAllAsync([...packages].sort((a, b) => (a.name < b.name ? -1 : 1)), { chunkSize: 50 });
  const bytes = await promisify(gzip)(JSON.stringify(index));
  bytes[systemAt] = unknownSystem;
  return bytes;
}
