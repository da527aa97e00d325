import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...(body.length < 128 ? [body.length] : long)]), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const time = (at: number): Buffer => der(0x17, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));
const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from(text)))));
const extension = (id: string, value: Uint8Array, critical = true): Buffer => sequence(identifier(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));
const pem = (label: string, bytes: Uint8Array): string => `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

const hour = 3_600_000;
let serial = 1;

/** What a certificate says; where nothing is given, that of a signer of models, valid for two hours. */
export interface Wanted {
  readonly name?: string;
  readonly authority?: boolean;
  readonly pathLength?: number;
  /** First byte of the key usage: 0x80 digitalSignature, 0x04 keyCertSign; null: no such extension. */
  readonly usage?: number | null;
  /** Extended key usage, the identifier in hexadecimal. */
  readonly use?: string;
  /** Hours from now. */
  readonly valid?: readonly [from: number, to: number];
  /** Identifier in hexadecimal of a further critical extension. */
  readonly unknown?: string;
}

/** A certificate with its private key. */
export interface Issued {
  readonly name: string;
  readonly pem: string;
  readonly privatePem: string;
  readonly key: KeyObject;
}

export const codeSigning = '2b06010505070303';
export const serverAuthentication = '2b06010505070301';

function extensionsOf({ authority = false, pathLength, usage = authority ? 0x04 : 0x80, use, unknown }: Wanted): Buffer[] {
  const limits = authority ? [der(0x01, Buffer.from([0xff])), ...(pathLength === undefined ? [] : [der(0x02, Buffer.from([pathLength]))])] : [];
  return [
    extension('551d13', sequence(...limits)),
    ...(usage === null ? [] : [extension('551d0f', der(0x03, Buffer.from([0, usage])))]),
    ...(use === undefined ? [] : [extension('551d25', sequence(identifier(use)), false)]),
    ...(unknown === undefined ? [] : [extension(unknown, sequence())]),
  ];
}

/** Issues a certificate; without an issuer it signs itself. */
export function issue(wanted: Wanted = {}, issuer?: Issued): Issued {
  const { name = 'signer', valid: [from, to] = [-1, 1] } = wanted;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(identifier('2a8648ce3d040302')); // ecdsa-with-SHA256
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, Buffer.from([serial++])), algorithm, nameOf(issuer?.name ?? name),
    sequence(time(Date.now() + from * hour), time(Date.now() + to * hour)), nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, sequence(...extensionsOf(wanted))),
  );
  const signature = sign('sha256', body, issuer?.key ?? privateKey);
  return { name, pem: pem('CERTIFICATE', sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))), privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), key: privateKey };
}
