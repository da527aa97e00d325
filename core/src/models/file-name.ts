const segment = '[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?';
const pattern = new RegExp(`^${segment}(?:/${segment})*$`);

/** Files of the folder itself, which no algorithm may write. */
export const manifestName = 'manifest.json';
export const digestName = 'manifest.sha256';
/** Signature of the folder after OpenSSF Model Signing; it may be there, and covers every other file. */
export const signatureName = 'model.sig';

const reserved: ReadonlySet<string> = new Set([manifestName, digestName, signatureName]);

/** Whether a file of a model may have this name: lower-case relative paths whose parts no file system reads differently. */
export const isFileName = (name: string): boolean =>
  name.length <= 1024 && pattern.test(name) && !name.includes('..') && !reserved.has(name) && name.split('/').every((part) => part.length <= 250);

/** The folders that lie above the files of these names, as relative paths. */
export function foldersOf(names: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const name of names) for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) folders.add(name.slice(0, end));
  return folders;
}
