import { z } from 'zod';
import { addressOf, askJson, type RegistryAccess } from './ask-registry.ts';
import { findingSchema } from './findings.ts';

const submissionSchema = z.object({
  name: z.string(),
  version: z.string(),
  state: z.enum(['STARTED', 'VALIDATING', 'REJECTED', 'QUARANTINED', 'PASSED', 'ERRORED']),
  /** When everybody can see the version, as ISO 8601; null while a person has to decide. */
  visible: z.iso.datetime().nullable().default(null),
  /** SHA-512 of the tarball; null for one that was not accepted. */
  integrity: z.string().nullable().default(null),
  /** The author's public key in hexadecimal; null for none. */
  signer: z.string().nullable().default(null),
  findings: z.array(findingSchema).default([]),
});
/** How far a version has come that its author sent to a registry. */
export type SubmissionState = z.infer<typeof submissionSchema>;

/** Asks a registry how far a version has come. Throws PACKAGE_UNKNOWN for one that it never saw, ACCESS_DENIED to whoever does not own it. */
export const submissionOf = (access: RegistryAccess, { name, version }: { readonly name: string; readonly version: string }, signal: AbortSignal): Promise<SubmissionState> =>
  askJson(access, `-/byoml/v1/submissions/${addressOf(name)}/${version}`, { schema: submissionSchema }, signal);
