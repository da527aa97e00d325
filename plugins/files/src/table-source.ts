import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ByomlError, defineDataSource, z, type FileFormat, type Scan, type ScanFile } from '@byoml/core';
import { formatOf, formatSetting } from './format.ts';
import { contentStart } from './head.ts';

const path = z.string().min(1);

/** Files named by hand. */
export const tableSource = defineDataSource({
  id: 'table',
  summary: 'CSV, JSON Lines or Parquet files; the first two also compressed (.gz)',
  settings: z.strictObject({
    path: z.union([path, z.array(path).min(1)]).describe('File to read, or several of one format, in this order'),
    format: formatSetting,
  }),
  create: (settings) => ({
    async scan(_window, run): Promise<Scan> {
      const paths = (typeof settings.path === 'string' ? [settings.path] : settings.path).map((each) => resolve(each));
      const format = settings.format ?? sharedFormat(paths);
      const files: ScanFile[] = [];
      for (const each of paths) {
        run.signal.throwIfAborted();
        files.push(await scanFile(each, format));
      }
      return { kind: 'files', format, files, name: nameOf(paths) };
    },
  }),
});

function sharedFormat(paths: readonly string[]): FileFormat {
  const [format, other] = [...new Set(paths.map(formatOf))];
  if (other) throw new ByomlError('FORMAT_UNKNOWN', `files of one table have one format, but these are ${format} and ${other}`, { details: { files: paths } });
  return format as FileFormat;
}

const nameOf = ([first = '', ...others]: readonly string[]): string => `files/table (${basename(first)}${others.length === 0 ? '' : ` and ${others.length} more`})`;

async function scanFile(file: string, format: FileFormat): Promise<ScanFile> {
  const found = await stat(file).catch((error: unknown) => {
    throw new ByomlError('FILE_MISSING', `${file} does not exist or cannot be read`, { details: { file }, cause: error });
  });
  if (!found.isFile()) throw new ByomlError('FILE_MISSING', `${file} is not a file`, { details: { file } });
  const offset = await contentStart(file, format);
  return { url: pathToFileURL(file).href, bytes: found.size - offset, version: `${found.size}-${found.mtimeMs}`, ...(offset > 0 ? { offset } : {}) };
}
