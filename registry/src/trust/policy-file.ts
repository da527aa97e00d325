import { dirname, join, resolve } from 'node:path';
import { readYaml, type Position } from '@byoml/core/detection-file';
import { parseJson } from './json.ts';
import { invalidPolicy, readPolicy, type PlaceOf, type Policy } from './policy.ts';
import { printable } from './refusal.ts';
import { loadModelPolicy, type ModelPolicy } from './policy-models.ts';
import type { TrustedRoot } from './sigstore/trusted-root.ts';
import { policyText } from './policy-text.ts';

const largestTrustedRoot = 1 << 20;

/** The rules that hold for a workspace, and whose provenance they trust. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** undefined: the policy trusts no sigstore. */
  readonly trustedRoot: TrustedRoot | undefined;
  /** undefined: the policy says nothing of models. */
  readonly models: ModelPolicy | undefined;
}

/** Where to look for a policy. */
export interface PolicyPlace {
  /** Folder of the workspace, whose `policy.yaml` counts where no other file is named. */
  readonly workspace: string;
  /** Path of another file, as BYOML_POLICY names it; undefined or empty: none. */
  readonly named: string | undefined;
}

/** Reads the policy of a workspace; without a file everything is allowed. A file that is named has to be there. Throws SETTINGS_INVALID with line and column, FILE_MISSING, TRUST_REFUSED for a trusted root, key or certificate that is none. */
export async function loadPolicy({ workspace, named }: PolicyPlace): Promise<LoadedPolicy> {
  const path = named ? resolve(named) : join(workspace, 'policy.yaml');
  const text = await policyText(path, named ? 'required' : 'optional');
  const policy = text === undefined ? readPolicy({}) : parsePolicy(text, path);
  const folder = dirname(path);
  const trustedRoot = policy.sigstore && (await readTrustedRootFile(resolve(folder, policy.sigstore.trustedRoot)));
  return { policy, trustedRoot, models: policy.models && (await loadModelPolicy(policy.models, folder, trustedRoot)) };
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
  const { readTrustedRoot } = await import('./sigstore/trusted-root.ts'); // brings sigstore's libraries, which most policies do not need
  const bytes = new TextEncoder().encode(await policyText(path, 'required'));
  return readTrustedRoot(parseJson(bytes, printable(path), largestTrustedRoot));
}
