import { ByomlError } from '@byoml/core';
import { validRange } from 'semver';
import { parseName, parseVersion } from '../npm/name.ts';

/** One version of a package. */
export interface VersionName {
  readonly name: string;
  readonly version: string;
}

/** Packages to choose: a name and a range of its versions. */
export interface PackageChoice {
  readonly name: string;
  /** `*` for all. */
  readonly range: string;
}

const parts = (text: string): readonly [string, string | undefined] => {
  const at = text.indexOf('@', 1);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
};

const unreadable = (text: string, expected: string, cause?: unknown): ByomlError => new ByomlError('USAGE_INVALID', `"${text.slice(0, 200)}": expected ${expected}, such as @acme/rare-hour@1.2.0`, { cause });

/** Reads `NAME@VERSION`. Throws USAGE_INVALID. */
export function versionNamed(text: string): VersionName {
  const [name, version] = parts(text);
  try {
    return { name: parseName(name), version: parseVersion(version) };
  } catch (thrown) {
    throw unreadable(text, 'NAME@VERSION', thrown);
  }
}

/** Reads `NAME` or `NAME@RANGE`. Throws USAGE_INVALID. */
export function packageChoice(text: string): PackageChoice {
  const [name, range = '*'] = parts(text);
  if (validRange(range) === null) throw unreadable(text, 'NAME or NAME@RANGE');
  try {
    return { name: parseName(name), range };
  } catch (thrown) {
    throw unreadable(text, 'NAME or NAME@RANGE', thrown);
  }
}
