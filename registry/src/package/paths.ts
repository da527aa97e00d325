import { refused } from './refused.ts';

const longestPart = 255;
const longestPath = 400;
const rename = 'Rename it: use letters, digits, "-", "_" and "." so that the package unpacks alike on every system.';
/** Control, format, private-use and unassigned characters, what Windows cannot have in a name, and broken UTF-8. */
const forbidden = /[\p{C}\\<>:"|?*\uFFFD\u2028\u2029]/u;
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const folded = (path: string): string => path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');

/** The names of a package: all in one folder, none that leaves it, and no two that some file system takes for one. */
export class Paths {
  #top: string | undefined;
  /** Folded path → how it was written first. */
  readonly #spelled = new Map<string, string>();
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  /** The path inside the package: `package/dist/a.js` → `dist/a.js`, the top folder → an empty text. Throws PUBLISH_REFUSED. */
  add(path: string, folder: boolean): string {
    const [top = '', ...parts] = partsOf(path, folder);
    this.#top ??= top;
    if (top !== this.#top || (parts.length === 0 && !folder)) throw refused(`it lies outside the folder "${this.#top}"`, 'Put all files into one folder, as `npm pack` does.', { where: path });
    for (let depth = 1; depth < parts.length; depth++) this.#folder(parts.slice(0, depth).join('/'));
    const inner = parts.join('/');
    if (folder) this.#folder(inner);
    else this.#file(inner);
    return inner;
  }

  #file(path: string): void {
    if (this.#files.has(path)) throw refused('it is in the tarball twice', rename, { where: path });
    if (this.#folders.has(path)) throw refused('it is a folder and a file', rename, { where: path });
    this.#spell(path);
    this.#files.add(path);
  }

  #folder(path: string): void {
    if (this.#folders.has(path)) return;
    if (this.#files.has(path)) throw refused('it is a file and a folder', rename, { where: path });
    this.#spell(path);
    this.#folders.add(path);
  }

  #spell(path: string): void {
    const key = folded(path);
    const first = this.#spelled.get(key) ?? path;
    if (first !== path) throw refused(`it is the same name as "${first}" where case or Unicode form do not count`, rename, { where: path });
    this.#spelled.set(key, path);
  }
}

function partsOf(path: string, folder: boolean): readonly string[] {
  const parts = (folder ? path.replace(/\/$/, '') : path).split('/');
  if (path.length > longestPath) throw refused(`a path is longer than ${longestPath} characters`, rename, { where: path });
  if (path.startsWith('/')) throw refused('an absolute path', rename, { where: path });
  for (const part of parts) {
    const fault = faultOf(part);
    if (fault) throw refused(fault, rename, { where: path });
  }
  return parts;
}

function faultOf(part: string): string | undefined {
  if (part === '' || part === '.' || part === '..') return `"${part}" as part of a path`;
  if (forbidden.test(part)) return 'a path with a control character, a backslash, a colon or another character that not every system has';
  if (device.test(part)) return `"${part}" is a device on Windows`;
  if (/[. ]$/.test(part)) return 'a part of a path ends in a dot or a space';
  return Buffer.byteLength(part) > longestPart ? `a name is longer than ${longestPart} bytes` : undefined;
}
