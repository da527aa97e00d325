import { createHash } from 'node:crypto';
import type { PublicKey, SigningKey } from '../keys.ts';

/** The keys that a running registry signs with. Root keys are not among them: they stay offline. */
export interface OnlineKeys {
  /** All that a machine needs that only keeps the registry fresh. */
  readonly timestamp: SigningKey;
  readonly snapshot: SigningKey;
  readonly targets: SigningKey;
}

export const onlineRoles = ['timestamp', 'snapshot', 'targets'] as const;
export type OnlineRole = (typeof onlineRoles)[number];

/** The public halves of some of the online keys. */
export type PublicKeys = Readonly<Partial<Record<OnlineRole, PublicKey>>>;

export const publicKeys = ({ timestamp, snapshot, targets }: OnlineKeys) => ({ timestamp: timestamp.public, snapshot: snapshot.public, targets: targets.public }) satisfies PublicKeys;

/** How long the metadata of a role is good for, in milliseconds. */
export interface Lifetimes {
  readonly root: number;
  readonly targets: number;
  readonly snapshot: number;
  /** How long a frozen registry stays unnoticed. */
  readonly timestamp: number;
}

const day = 86_400_000;
export const defaultLifetimes: Lifetimes = { root: 365 * day, targets: 180 * day, snapshot: 30 * day, timestamp: day };

/**
 * Targets lie in 64 delegated roles, by the SHA-256 of their path: the metadata classes take quadratic time in the targets of one role
 * (5,000: 4 s, 15,000: 40 s, also in the client), and a client that installs one package reads one role.
 */
const binCount = 64;
const prefixesPerBin = 256 / binCount;

const hexByte = (value: number): string => value.toString(16).padStart(2, '0');
const nameOfBin = (index: number): string => `bin-${hexByte(index)}`;

/** The delegated roles and the digits that the SHA-256 of their paths begin with. */
export const bins: ReadonlyMap<string, readonly string[]> = new Map(
  Array.from({ length: binCount }, (_, index) => [nameOfBin(index), Array.from({ length: prefixesPerBin }, (__, at) => hexByte(index * prefixesPerBin + at))]),
);

/** The delegated role that a target's path belongs to. */
export const binOf = (path: string): string => nameOfBin(Math.floor((createHash('sha256').update(path).digest()[0] ?? 0) / prefixesPerBin));
