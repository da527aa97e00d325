import type { X509Certificate } from 'node:crypto';
import { refusal } from '../refusal.ts';
import { longestChain, nameOf, readCertificates, unfitForSigning } from './certificates.ts';
import { verificationKeyOf, type ModelSigningKey } from './ec-keys.ts';

/** The certificates to sign with, from PEM: that of the key first, then each issuer. Throws TRUST_REFUSED for what nobody could verify. */
export function chainFor(key: ModelSigningKey, pem: string, now: Date): X509Certificate[] {
  const what = 'certificate of the signer';
  const chain = readCertificates(pem, what);
  const [signer] = chain as [X509Certificate];
  if (verificationKeyOf(signer.publicKey).hint !== key.hint) throw refusal(what, `the first certificate, of ${nameOf(signer.subject)}, is not that of the key`);
  if (chain.length > longestChain) throw refusal(what, `the chain has ${chain.length} certificates, more than ${longestChain}`);
  const wrong = unfitForSigning(signer, now);
  if (wrong !== undefined) throw refusal(what, wrong);
  for (const [at, certificate] of chain.entries()) {
    const issuer = chain[at + 1];
    if (issuer && !certificate.checkIssued(issuer)) throw refusal(what, `${nameOf(issuer.subject)} has not issued the certificate of ${nameOf(certificate.subject)}: each has to be followed by its issuer`);
  }
  return chain;
}
