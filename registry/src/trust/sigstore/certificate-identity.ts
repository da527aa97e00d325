import type { Signer } from '@sigstore/verify';
import { refusal } from '../refusal.ts';
import type { VerifiedIdentity } from './identity.ts';

/** Extensions of Fulcio's certificates, under 1.3.6.1.4.1.57264.1 (github.com/sigstore/fulcio, docs/oid-info.md). */
const extensions = {
  /** Issuer (V2) */
  issuer: 8,
  /** Source Repository URI */
  repository: 12,
  /** Source Repository Digest */
  commit: 13,
  /** Source Repository Ref */
  ref: 14,
  /** Build Config URI: the workflow that was started, also where it calls others */
  workflow: 18,
  /** Run Invocation URI */
  run: 21,
  /** Deployment Environment */
  environment: 23,
} as const;

const fulcio = [1, 3, 6, 1, 4, 1, 57264, 1].join('.');
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Whose certificate it is. Throws TRUST_REFUSED for one that names no pipeline. */
export function identityOf(signer: Signer, what: string): VerifiedIdentity {
  const valueOf = (part: keyof typeof extensions): string | null => {
    const held = (signer.identity?.oids ?? []).filter(({ oid }) => oid?.id.join('.') === `${fulcio}.${extensions[part]}`);
    if (held.length > 1) throw refusal(what, `its certificate names the ${part} twice`);
    return held[0] ? utf8String(held[0].value, () => refusal(what, `its certificate does not name the ${part} as text`)) : null;
  };
  const required = (part: keyof typeof extensions): string => {
    const value = valueOf(part);
    if (!value) throw refusal(what, `its certificate names no ${part}`);
    return value;
  };
  const [repository, ref] = [required('repository'), required('ref')];
  return { issuer: required('issuer'), repository, workflow: workflowPath(required('workflow'), { repository, ref }), ref, environment: valueOf('environment'), commit: valueOf('commit'), run: valueOf('run') };
}

/** The path of a workflow in its repository; a workflow of another repository or ref keeps its address, so that it equals no path. GitLab has two slashes before the path. */
function workflowPath(address: string, { repository, ref }: { readonly repository: string; readonly ref: string }): string {
  if (!address.startsWith(`${repository}/`) || !address.endsWith(`@${ref}`)) return address;
  return address.slice(repository.length + 1, -(ref.length + 1)).replace(/^\//, '');
}

/** The text of a UTF8String in DER. */
function utf8String(der: Uint8Array, refused: () => Error): string {
  const [tag = 0, first = 0, ...rest] = der;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const length = lengthBytes === 0 ? first : rest.slice(0, lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + lengthBytes;
  if (tag !== 0x0c || lengthBytes > 2 || der.length !== start + length) throw refused();
  try {
    return decoder.decode(der.subarray(start));
  } catch {
    throw refused();
  }
}
