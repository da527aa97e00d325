import { generateKeyPairSync, sign } from 'node:crypto';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...(body.length < 128 ? [body.length] : long)]), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const time = (at: number): Buffer => der(0x17, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));
const pem = (label: string, bytes: Uint8Array): string => `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

export interface LoopbackCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for 127.0.0.1 that signs itself and is valid for an hour, with its key; both as PEM. */
export function loopbackCertificate(): LoopbackCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(identifier('2a8648ce3d040302')); // ecdsa-with-SHA256
  const name = sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from('byoml test')))));
  const authority = sequence(identifier('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff])))));
  const address = sequence(identifier('551d11'), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, Buffer.from([1])), algorithm, name,
    sequence(time(Date.now() - 3_600_000), time(Date.now() + 3_600_000)), name,
    publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, sequence(authority, address)),
  );
  const signature = sign('sha256', body, privateKey);
  return { certificate: pem('CERTIFICATE', sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}
