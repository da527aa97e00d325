import { createHash } from 'node:crypto';
import { Key, MetaFile, Metadata, MetadataKind, Root, Signature, Snapshot, Targets, Timestamp } from '@tufjs/models';
import { keyJson, type PublicKey, type SigningKey } from '../keys.ts';
import { parseJson } from '../json.ts';
import { messageOf, refusal } from '../refusal.ts';
import { bins } from './roles.ts';

/** Version of the specification (The Update Framework 1.0) that the files follow. */
const specVersion = '1.0.31';

/** What is common to the metadata of every role. */
export interface Edition {
  readonly version: number;
  readonly expires: Date;
}

export interface RootRoles {
  readonly root: { readonly keys: readonly PublicKey[]; readonly threshold: number };
  readonly timestamp: PublicKey;
  readonly snapshot: PublicKey;
  readonly targets: PublicKey;
}

type Signable = Root | Timestamp | Snapshot | Targets;

const edition = ({ version, expires }: Edition) => ({ version, specVersion, expires: expires.toISOString().replace(/\.\d+/, '') });
const keyOf = ({ id, hex }: PublicKey): Key => {
  const { keytype, scheme, keyval } = keyJson(hex);
  return new Key({ keyID: id, keyType: keytype, scheme, keyVal: { ...keyval } });
};

export function rootMetadata(roles: RootRoles, about: Edition): Root {
  const role = (keys: readonly PublicKey[], threshold: number) => ({ keyids: keys.map(({ id }) => id), threshold });
  const all = [...roles.root.keys, roles.timestamp, roles.snapshot, roles.targets];
  return Root.fromJSON({
    ...commonFields('root', about),
    consistent_snapshot: true,
    keys: Object.fromEntries(all.map(({ id, hex }) => [id, keyJson(hex)])),
    roles: { root: role(roles.root.keys, roles.root.threshold), timestamp: role([roles.timestamp], 1), snapshot: role([roles.snapshot], 1), targets: role([roles.targets], 1) },
  });
}

/** The fields that every role has, as they are written. */
export const commonFields = (type: string, about: Edition) => {
  const { version, specVersion: spec_version, expires } = edition(about);
  return { _type: type, spec_version, version, expires };
};

export const timestampMetadata = (snapshotMeta: MetaFile, about: Edition): Timestamp => new Timestamp({ ...edition(about), snapshotMeta });

export const snapshotMetadata = (meta: Readonly<Record<string, MetaFile>>, about: Edition): Snapshot => new Snapshot({ ...edition(about), meta: { ...meta } });

/** The top role of targets holds none itself: it hands each path to a bin. */
export function delegatingMetadata(key: PublicKey, about: Edition): Targets {
  const roles = [...bins].map(([name, prefixes]) => ({ name, keyids: [key.id], threshold: 1, terminating: true, path_hash_prefixes: [...prefixes] }));
  return Targets.fromJSON({ ...commonFields('targets', about), targets: {}, delegations: { keys: { [key.id]: keyOf(key).toJSON() }, roles } });
}

/** The file of a role, signed by every key. */
export function signedFile(signed: Signable, keys: readonly SigningKey[]): Uint8Array {
  const metadata = new Metadata(signed);
  for (const key of keys) metadata.sign((data) => new Signature({ keyID: key.public.id, sig: Buffer.from(key.sign(data)).toString('hex') }));
  return new TextEncoder().encode(JSON.stringify(metadata.toJSON()));
}

/** What the role above says about a file. */
export const metaOf = (bytes: Uint8Array, version: number): MetaFile => new MetaFile({ version, length: bytes.length, hashes: { sha256: createHash('sha256').update(bytes).digest('hex') } });

const readers = {
  root: (json: never) => Metadata.fromJSON(MetadataKind.Root, json),
  timestamp: (json: never) => Metadata.fromJSON(MetadataKind.Timestamp, json),
  snapshot: (json: never) => Metadata.fromJSON(MetadataKind.Snapshot, json),
  targets: (json: never) => Metadata.fromJSON(MetadataKind.Targets, json),
};
/** A root is read before anything vouches for it, so it has to stay small: the classes take quadratic time in its keys. */
export const largestFile = { root: 1 << 16, timestamp: 1 << 14, snapshot: 1 << 20, targets: 1 << 22 } as const;

/** Reads a file without a look at its signatures. Throws TRUST_REFUSED naming the role. */
export function readMetadata<K extends keyof typeof readers>(kind: K, bytes: Uint8Array): ReturnType<(typeof readers)[K]> {
  const json = parseJson(bytes, kind, largestFile[kind]);
  if (typeof json !== 'object' || json === null) throw refusal(kind, 'it is not metadata');
  return told(kind, () => readers[kind](json as never) as ReturnType<(typeof readers)[K]>);
}

/** Throws TRUST_REFUSED unless enough keys of the role have signed. */
export function refuseUnsigned(above: Metadata<Root> | Metadata<Targets>, role: string, metadata: Metadata<Signable>): void {
  told(role, () => above.verifyDelegate(role, metadata));
}

/** Throws TRUST_REFUSED unless this key has signed the metadata of a role. */
export function refuseUnsignedBy(key: PublicKey, role: string, metadata: Metadata<Signable>): void {
  const alone = rootMetadata({ root: { keys: [key], threshold: 1 }, timestamp: key, snapshot: key, targets: key }, { version: 1, expires: new Date(0) });
  refuseUnsigned(new Metadata(alone), role, metadata);
}

/** Throws TRUST_REFUSED unless these are the bytes that the role above vouches for. */
export function refuseOtherFile(meta: MetaFile | undefined, bytes: Uint8Array, role: string): void {
  if (!meta) throw refusal(role, 'the snapshot does not list it');
  told(role, () => meta.verify(Buffer.from(bytes)));
}

function told<T>(role: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw refusal(role, messageOf(thrown), thrown);
  }
}
