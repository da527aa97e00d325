import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { isByomlError } from '@byoml/core';
import { trustedTargets } from './client.ts';
import { objectsOf, removeTemporaryFolders, signal, temporaryFolder, testRegistry, utf8 } from './registry.test.fixture.ts';
import { binOf } from './roles.ts';
import type { Transport } from './transport.ts';

afterAll(removeTemporaryFolders);

const path = 'npm/@scope/name';
const registry = await testRegistry();
await registry.publish(path, 'good');
const objects = await objectsOf(registry.storage);
const chain = ['tuf/timestamp.json', 'tuf/2.snapshot.json', 'tuf/1.targets.json', `tuf/2.${binOf(path)}.json`, path];

const over = (changed: ReadonlyMap<string, Uint8Array>): Transport => ({
  read: async (asked, limit) => {
    const bytes = changed.get(asked) ?? objects.get(asked);
    if (bytes && bytes.length > limit) throw new Error('too long');
    return bytes;
  },
});

/** What the client makes of it: the good bytes, or a refusal with a code. */
async function outcome(changed: ReadonlyMap<string, Uint8Array>): Promise<'good' | 'refused'> {
  try {
    await using trusted = await trustedTargets({ from: over(changed), trustedRoot: registry.trustedRoot, folder: await temporaryFolder() }, signal);
    expect(await trusted.download(path)).toEqual(utf8('good'));
    return 'good';
  } catch (thrown) {
    if (isByomlError(thrown) && thrown.code === 'TRUST_REFUSED') return 'refused';
    throw thrown;
  }
}

const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.jsonValue().map((value) => utf8(JSON.stringify(value))),
  fc.record({ signed: fc.jsonValue(), signatures: fc.jsonValue() }).map((value) => utf8(JSON.stringify(value))),
  fc.constant(utf8('['.repeat(10_000))),
  fc.constantFrom('__proto__', 'constructor', 'toString').map((name) => utf8(`{"signed":{"_type":"timestamp","${name}":{}},"signatures":[{"keyid":"${name}","sig":"00"}]}`)),
);

test('any other bytes in place of any file are refused', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...chain, 'tuf/2.root.json'), hostile, async (file, bytes) => {
    expect(await outcome(new Map([[file, bytes]]))).toBe('refused');
  }), { numRuns: 100 });
});

test('a changed, dropped or doubled byte anywhere gives the good bytes or a refusal', async () => {
  const mutation = fc.record({ file: fc.constantFrom(...chain), where: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('set', 'drop', 'double') });
  await fc.assert(fc.asyncProperty(mutation, async ({ file, where, byte, kind }) => {
    const bytes = [...(objects.get(file) ?? [])];
    const at = where % bytes.length;
    bytes.splice(at, kind === 'drop' || kind === 'set' ? 1 : 0, ...(kind === 'drop' ? [] : kind === 'set' ? [byte] : [bytes[at] ?? 0]));
    const changed = Uint8Array.from(bytes);
    fc.pre(!Buffer.from(changed).equals(objects.get(file) ?? new Uint8Array()));
    // The timestamp is the only file whose very bytes nothing above it fixes: a space more is still what was signed.
    expect(file === 'tuf/timestamp.json' ? ['good', 'refused'] : ['refused']).toContain(await outcome(new Map([[file, changed]])));
  }), { numRuns: 100 });
});
