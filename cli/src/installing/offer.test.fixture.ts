import type { PluginManifest } from '@byoml/core/plugins';
import type { LockedPlugin, Offer } from './marketplace.ts';

export const keys = { old: { id: 'a'.repeat(64), hex: '1'.repeat(64) }, next: { id: 'b'.repeat(64), hex: '2'.repeat(64) } } as const;
export const plugin = '@acme/rare-hour';
const integrity = (letter: string): string => `sha512-${letter.repeat(86)}==`;

const input = { type: 'object', properties: { user: { type: 'string' }, day: { type: 'integer', format: 'utc-day' } }, required: ['user'] };

export const manifestOf = (version: string, over: Partial<PluginManifest> = {}, settings: object = { type: 'object', properties: { halfLife: { type: 'string', default: '30d' } } }): PluginManifest => ({
  contract: 1, name: plugin, version, capabilities: {},
  components: [
    { kind: 'algorithm', id: 'rare-hour', summary: 'Scores rare hours', settings: settings as Record<string, unknown>, input, output: {}, alertUnit: 'user-day', population: 'all', statuses: ['scored'] },
    { kind: 'rule-template', id: 'first-night', summary: 'A first night', settings: {}, title: 'First night', attack: ['T1078', 'T1021.002'], falsePositives: [], blindSpots: [], columns: {}, kql: false },
  ],
  ...over,
});

export const lockedOf = (version: string, over: Partial<LockedPlugin> = {}): LockedPlugin => ({
  version, registry: 'https://plugins.example.com/', integrity: integrity('A'), contents: '0'.repeat(64), manifest: '0'.repeat(64),
  signer: { by: 'author', account: 'ann', key: keys.old.hex }, capabilities: {}, level: 'L3', installed: '2026-11-01T00:00:00.000Z', kept: [], earlier: [], ...over,
});

/** A new plugin that asks for nothing, signed by its author. */
export const offerOf = (version = '1.0.0', over: Partial<Offer> = {}): Offer => ({
  name: plugin, version, registry: 'https://plugins.example.com/', integrity: integrity('B'), tarball: new Uint8Array(), manifest: manifestOf(version), manifestDigest: '0'.repeat(64),
  published: new Date('2026-11-21T00:00:00Z'), signer: { by: 'author', account: 'ann', key: keys.old.hex }, ownerKey: { kind: 'first', key: keys.old },
  root: { keys: ['c'.repeat(64)], first: true }, capabilities: {}, added: [], dependencies: {}, yanked: undefined, advisories: [], judgement: { allowed: true }, installed: undefined, ...over,
});

/** An update of version 1.0.0 by the same author. */
export const updateOf = (version: string, over: Partial<Offer> = {}): Offer => offerOf(version, { installed: lockedOf('1.0.0'), ownerKey: { kind: 'pinned', key: keys.old }, ...over });

export const now = new Date('2026-11-24T12:00:00Z');
