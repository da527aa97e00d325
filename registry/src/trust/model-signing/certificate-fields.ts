import type { X509Certificate } from 'node:crypto';
import { elementsOf, type Element } from './der.ts';
import { refusal } from '../refusal.ts';

/** What a certificate says of its use, which `node:crypto` does not tell. */
export interface CertificateFields {
  /** null: the certificate does not say. */
  readonly usage: { readonly digitalSignature: boolean; readonly keyCertSign: boolean } | null;
  /** How many authorities may come between this one and the signer; null: any number. */
  readonly pathLength: number | null;
  /** Identifiers, in hexadecimal, of extensions that must be understood and are not. */
  readonly unknown: readonly string[];
  /** Identifier, in hexadecimal, of the algorithm that its issuer signed it with. */
  readonly signatureAlgorithm: string;
}

/** Identifiers in hexadecimal, as they are in DER (RFC 5280, 4.2.1). */
const keyUsage = '551d0f';
const basicConstraints = '551d13';
/** Those, extended key usage, alternative names and certificate policies. */
const understood: ReadonlySet<string> = new Set([keyUsage, basicConstraints, '551d25', '551d11', '551d20']);
const tags = { boolean: 0x01, integer: 0x02, extensions: 0xa3 } as const;

const hex = ({ value }: Element): string => Buffer.from(value).toString('hex');
const malformed = (): Error => refusal('certificate', 'it is not the DER of a certificate');

function required<T>(value: T | undefined): T {
  if (value === undefined) throw malformed();
  return value;
}

/** Reads what is needed of a certificate that `node:crypto` has read. Throws TRUST_REFUSED. */
export function fieldsOf({ raw }: X509Certificate): CertificateFields {
  const [body, algorithm] = elementsOf(required(elementsOf(raw)[0]).value);
  const extensions = extensionsOf(required(body));
  return {
    usage: usageOf(extensions.get(keyUsage)?.value),
    pathLength: pathLengthOf(extensions.get(basicConstraints)?.value),
    unknown: [...extensions].filter(([id, { critical }]) => critical && !understood.has(id)).map(([id]) => id),
    signatureAlgorithm: hex(required(elementsOf(required(algorithm).value)[0])),
  };
}

interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

function extensionsOf(body: Element): Map<string, Extension> {
  const found = new Map<string, Extension>();
  const list = elementsOf(body.value).find(({ tag }) => tag === tags.extensions);
  if (!list) return found;
  for (const extension of elementsOf(required(elementsOf(list.value)[0]).value)) {
    const [id, ...rest] = elementsOf(extension.value);
    const name = hex(required(id));
    if (found.has(name)) throw refusal('certificate', `it has the extension ${name} twice`);
    found.set(name, { critical: rest[0]?.tag === tags.boolean && rest[0].value[0] !== 0, value: required(rest.at(-1)).value });
  }
  return found;
}

/** Bits are counted from the left: digitalSignature is the first, keyCertSign the sixth. */
function usageOf(der: Uint8Array | undefined): CertificateFields['usage'] {
  if (!der) return null;
  const bits = required(elementsOf(der)[0]).value[1] ?? 0;
  return { digitalSignature: (bits & 0x80) !== 0, keyCertSign: (bits & 0x04) !== 0 };
}

function pathLengthOf(der: Uint8Array | undefined): number | null {
  if (!der) return null;
  const limit = elementsOf(required(elementsOf(der)[0]).value).find(({ tag }) => tag === tags.integer);
  return limit ? limit.value.reduce((sum, byte) => sum * 256 + byte, 0) : null;
}
