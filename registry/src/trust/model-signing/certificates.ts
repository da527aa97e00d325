import { X509Certificate } from 'node:crypto';
import { printable, refusal } from '../refusal.ts';
import { fieldsOf } from './certificate-fields.ts';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const mostInFile = 200;
/** Longest way from a signer to an authority that is trusted. */
export const longestChain = 10;

/** SHA-1 and MD5, with RSA and ECDSA, by their identifiers in hexadecimal. */
const broken: ReadonlySet<string> = new Set(['2a864886f70d010104', '2a864886f70d010105', '2a8648ce3d0401']);
const codeSigning = ['1.3.6.1.5.5.7.3.3', '2.5.29.37.0'];

/** The certificates of a PEM file, in its order. Throws TRUST_REFUSED for one that has none. */
export function readCertificates(pem: string, what: string): X509Certificate[] {
  const blocks = pem.match(block) ?? [];
  if (blocks.length === 0 || blocks.length > mostInFile) throw refusal(what, `it has ${blocks.length} certificates in PEM; expected 1 to ${mostInFile}`);
  return blocks.map((text) => certificateOf(text, what));
}

/** Throws TRUST_REFUSED. */
export function certificateOf(bytes: string | Uint8Array, what: string): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch (thrown) {
    throw refusal(what, 'it is not a certificate', thrown);
  }
}

/** Certificates of authorities that may vouch for signers. Throws TRUST_REFUSED for one that is no authority's. */
export function readAuthorities(pem: string, what: string): X509Certificate[] {
  const found = readCertificates(pem, what);
  for (const one of found) if (!one.ca) throw refusal(what, `the certificate of ${nameOf(one.subject)} is not that of an authority`);
  return found;
}

/** A distinguished name in one line, safe to print. */
export const nameOf = (name: string | undefined): string => printable((name ?? 'nobody').split('\n').join(', '));

/** Why a certificate must not sign models at this moment; undefined: it may. */
export function unfitForSigning(certificate: X509Certificate, now: Date): string | undefined {
  const { usage } = fieldsOf(certificate);
  if (!usage?.digitalSignature) return `the certificate of ${nameOf(certificate.subject)} is not for digital signatures`;
  // One for servers or mail would let whoever runs one of those sign models too.
  if (certificate.keyUsage && !certificate.keyUsage.some((use) => codeSigning.includes(use))) return `the certificate of ${nameOf(certificate.subject)} is not for signing code`;
  return unfit(certificate, now);
}

/** What has to hold for every certificate of a chain. */
function unfit(certificate: X509Certificate, now: Date): string | undefined {
  const { unknown, signatureAlgorithm } = fieldsOf(certificate);
  const whose = `the certificate of ${nameOf(certificate.subject)}`;
  if (now < certificate.validFromDate) return `${whose} is valid from ${certificate.validFromDate.toISOString()}`;
  if (now > certificate.validToDate) return `${whose} was valid until ${certificate.validToDate.toISOString()}`;
  if (unknown.length > 0) return `${whose} has an extension that is not understood`;
  if (broken.has(signatureAlgorithm)) return `${whose} is signed with a broken hash`;
  return undefined;
}

/** `below`: how many authorities lie between this one and the signer. */
function unfitAsAuthority(certificate: X509Certificate, below: number, now: Date): string | undefined {
  const { usage, pathLength } = fieldsOf(certificate);
  const whose = `the certificate of ${nameOf(certificate.subject)}`;
  if (!certificate.ca || usage?.keyCertSign === false) return `${whose} is not that of an authority`;
  if (pathLength !== null && below > pathLength) return `${whose} allows fewer authorities below it`;
  return unfit(certificate, now);
}

function issued(by: X509Certificate, certificate: X509Certificate): boolean {
  try {
    return certificate.checkIssued(by) && certificate.verify(by.publicKey);
  } catch {
    return false; // a key that no signature can be held against
  }
}

/**
 * Why nobody who is trusted vouches for a chain at this moment; undefined: somebody does. The signer comes first, each further certificate is that of its issuer.
 * A trusted authority ends the way; certificates that are left over do not matter.
 */
export function untrustedChain(chain: readonly X509Certificate[], authorities: readonly X509Certificate[], now: Date): string | undefined {
  const [signer] = chain;
  if (!signer) return 'it has no certificate';
  const reason = unfitForSigning(signer, now);
  if (reason !== undefined) return reason;
  for (const [below, certificate] of chain.slice(0, longestChain).entries()) {
    const answers = authorities.filter((one) => issued(one, certificate)).map((one) => unfitAsAuthority(one, below, now));
    if (answers.length > 0) return answers.includes(undefined) ? undefined : answers[0];
    const next = chain[below + 1];
    if (!next || !issued(next, certificate)) return `no trusted authority has issued the certificate of ${nameOf(certificate.subject)}`;
    const wrong = unfitAsAuthority(next, below, now);
    if (wrong !== undefined) return wrong;
  }
  return 'its chain of certificates is too long';
}
