import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ByomlError } from '@byoml/core';
import { readYaml, type Position } from '@byoml/core/detection-file';
import { parseJson } from './json.ts';
import { invalidPolicy, readPolicy, type PlaceOf, type Policy } from './policy.ts';
import { printable } from './refusal.ts';
import { readTrustedRoot, type TrustedRoot } from './sigstore/trusted-root.ts';

const largestTrustedRoot = 1 << 20;

/** The rules that hold for a workspace, and whose provenance they trust. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** undefined: the policy trusts no sigstore. */
  readonly trustedRoot: TrustedRoot | undefined;
}

/** Where to look for a policy. */
export interface PolicyPlace {
  /** Folder of the workspace, whose `policy.yaml` counts where no other file is named. */
  readonly workspace: string;
  /** Path of another file, as BYOML_POLICY names it; undefined or empty: none. */
  readonly named: string | undefined;
}

/** Reads the policy of a workspace; without a file everything is allowed. A file that is named has to be there. Throws SETTINGS_INVALID with line and column, FILE_MISSING, TRUST_REFUSED for a trusted root that is none. */
export async function loadPolicy({ workspace, named }: PolicyPlace): Promise<LoadedPolicy> {
  const path = named ? resolve(named) : join(workspace, 'policy.yaml');
  const text = await textOf(path, named ? 'required' : 'optional');
  const policy = text === undefined ? readPolicy({}) : parsePolicy(text, path);
  const trustedRoot = policy.sigstore && (await readTrustedRootFile(resolve(dirname(path), policy.sigstore.trustedRoot)));
  return { policy, trustedRoot };
}

/** A policy from the text of its file. `file` is how messages call it. Throws SETTINGS_INVALID with the place of each problem. */
export function parsePolicy(text: string, file: string): Policy {
  const yaml = readYaml(text);
  const { value, faults } = yaml;
  const place = ({ line, column }: Position): string => `${file}:${line}:${column}`;
  if (faults.length > 0) throw invalidPolicy(faults.map(({ position, reason }) => `${place(position)}: ${reason}`));
  const placeOf: PlaceOf = (path) => [place(yaml.positionOf(path)), path.join('.')].filter(Boolean).join(': ');
  return readPolicy(value ?? {}, placeOf);
}

async function readTrustedRootFile(path: string): Promise<TrustedRoot> {
  const bytes = new TextEncoder().encode(await textOf(path, 'required'));
  return readTrustedRoot(parseJson(bytes, printable(path), largestTrustedRoot));
}

/** undefined: there is no such file and none is required. */
async function textOf(path: string, needed: 'required'): Promise<string>;
async function textOf(path: string, needed: 'required' | 'optional'): Promise<string | undefined>;
async function textOf(path: string, needed: 'required' | 'optional'): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (needed === 'optional' && (thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ByomlError('FILE_MISSING', `${path} cannot be read`, { details: { file: path }, cause: thrown });
  }
}
