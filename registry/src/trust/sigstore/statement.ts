import { z } from '@byoml/core';
import { parseJson } from '../json.ts';
import { refusal } from '../refusal.ts';
import { parsed } from '../schema.ts';

/** The bytes that a statement has to be about. */
export interface ProvenanceSubject {
  readonly name: string;
  readonly version: string;
  /** Of the tarball: `sha512-` and base64. */
  readonly integrity: string;
}

const largestPayload = 1 << 20;

/** What npm signs: an in-toto statement about one package. The predicate is the pipeline's own word and decides nothing: the certificate does. */
const statementSchema = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  subject: z.tuple([z.strictObject({ name: z.string().max(500), digest: z.strictObject({ sha512: z.string().regex(/^[0-9a-f]{128}$/) }) })]),
  predicateType: z.enum(['https://slsa.dev/provenance/v1', 'https://slsa.dev/provenance/v0.2']),
});

/** As npm writes it. */
const purl = ({ name, version }: ProvenanceSubject): string => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
const hexOf = (integrity: string): string => Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');

/** Throws TRUST_REFUSED unless the statement is a provenance of exactly these bytes under this name and version. */
export function refuseOtherSubject(payload: Uint8Array, about: ProvenanceSubject, what: string): void {
  const { subject: [{ name, digest }] } = parsed(statementSchema, parseJson(payload, what, largestPayload), what);
  if (name !== purl(about)) throw refusal(what, `it is about ${name}, not ${purl(about)}`);
  if (digest.sha512 !== hexOf(about.integrity)) throw refusal(what, `it is about a tarball with the SHA-512 ${digest.sha512.slice(0, 16)}…, not ${hexOf(about.integrity).slice(0, 16)}…`);
}
