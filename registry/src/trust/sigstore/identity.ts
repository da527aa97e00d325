import { z } from '@byoml/core';

const address = z.string().max(500).regex(/^https:\/\/[^\s/@?#]+(?:\/[^\s/@?#]+)*$/, 'expected an https:// address without a slash at its end');

/** The one pipeline that may have built a package. */
export const expectedIdentitySchema = z.strictObject({
  issuer: address.describe('Who vouches for the pipeline, such as https://token.actions.githubusercontent.com.'),
  repository: address.describe('Address of the repository, such as https://github.com/acme/detections.'),
  workflow: z.string().max(300).regex(/^[^\s/@][^\s@]*\.ya?ml$/, 'expected the path of a workflow file in the repository').describe('Path of the workflow that was started, such as .github/workflows/publish.yml.'),
  ref: z.string().max(300).regex(/^refs\/(?:heads|tags)\/\S+$/, 'expected refs/heads/… or refs/tags/…').describe('Branch or tag it ran on. `{name}` and `{version}` stand for those of the package: refs/tags/v{version}.'),
  environment: z.string().min(1).max(255).optional().describe('Deployment environment of the job, where its protection rules are to count.'),
});
export type ExpectedIdentity = z.infer<typeof expectedIdentitySchema>;

/** A pipeline as its certificate names it; null: the certificate does not say. */
export interface VerifiedIdentity {
  readonly issuer: string;
  readonly repository: string;
  readonly workflow: string;
  readonly ref: string;
  readonly environment: string | null;
  /** Of the source, as the certificate has it. */
  readonly commit: string | null;
  /** Address of the run. */
  readonly run: string | null;
}

const filledIn = (ref: string, { name, version }: { readonly name: string; readonly version: string }): string => ref.replaceAll('{name}', () => name).replaceAll('{version}', () => version);

/** What of an identity is not as it was pinned, each in words; nothing: it is the pinned one. */
export function differences(found: VerifiedIdentity, pinned: ExpectedIdentity, of: { readonly name: string; readonly version: string }): string[] {
  const expected = { ...pinned, ref: filledIn(pinned.ref, of) };
  return (['issuer', 'repository', 'workflow', 'ref', 'environment'] as const)
    .filter((part) => expected[part] !== undefined && found[part] !== expected[part])
    .map((part) => `its ${part} is ${found[part] ?? 'not named'}, the pinned one ${expected[part]}`);
}
