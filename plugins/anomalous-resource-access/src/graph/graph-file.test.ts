import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isByomlError, type Algorithm } from '@byoml/core';
import { aRun, memoryFiles } from '@byoml/core/testkit';
import { accessWalk } from '../access-walk/definition.ts';
import { settings } from '../access-walk/settings.ts';
import { decodeGraph, encodeGraph } from './graph-file.ts';
import { graphOf } from './build-graph.ts';
import { everyPair, fitted, saved, scored, type AccessRow } from './tables.test.fixture.ts';

const graph = graphOf({ users: Int32Array.of(0, 0, 1, 2), resources: Int32Array.of(0, 1, 1, 2), weights: Float64Array.of(1, 2.5, 3, 4), userTexts: ['ann', 'bob', 'çiğdem \ud800'], resourceTexts: ['x', 'y', ''] }, 20_000);
const bytes = encodeGraph('tenant', graph);

test('a graph comes back as it was, names of any text included', () => {
  const { scope, graph: again } = decodeGraph('graph.bin', bytes);
  expect(scope).toBe('tenant');
  expect([again.users.texts, again.resources.texts, again.day]).toEqual([graph.users.texts, graph.resources.texts, 20_000]);
  expect([again.byUser, again.byResource, again.total]).toEqual([graph.byUser, graph.byResource, graph.total]);
  expect(encodeGraph('tenant', again)).toEqual(bytes);
});

const changed = (change: (copy: DataView) => void): Uint8Array => {
  const copy = bytes.slice();
  change(new DataView(copy.buffer));
  return copy;
};
const end = bytes.length;
const wrong: Readonly<Record<string, Uint8Array>> = {
  'another file': new TextEncoder().encode('PK\x03\x04 and so on'),
  'an empty file': new Uint8Array(0),
  'a file that is cut': bytes.slice(0, -8),
  'a file with something behind it': Uint8Array.from([...bytes, 0, 0, 0, 0, 0, 0, 0, 0]),
  'a header longer than the file': changed((view) => view.setUint32(8, 0xffffffff, true)),
  'a header that is not JSON': changed((view) => view.setUint8(12, 0x5b)),
  'a weight of zero': changed((view) => view.setFloat64(end - 8, 0, true)),
  'a negative weight': changed((view) => view.setFloat64(end - 8, -1, true)),
  'an infinite weight': changed((view) => view.setFloat64(end - 8, Number.POSITIVE_INFINITY, true)),
  'a weight that is no number': changed((view) => view.setFloat64(end - 8, Number.NaN, true)),
  'a column out of range': changed((view) => view.setInt32(end - 36, 9, true)),
  'a negative column': changed((view) => view.setInt32(end - 36, -1, true)),
  'a row that ends before it starts': changed((view) => view.setInt32(end - 60, 9, true)),
};
for (const [what, file] of Object.entries(wrong)) {
  test(`refuses ${what}`, () => {
    expect(() => decodeGraph('scopes/s/graph.bin', file)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('scopes/s/graph.bin') }));
  });
}

const walk = (): Algorithm => accessWalk.create(settings.parse({}), {});
const rows: readonly AccessRow[] = everyPair.slice(0, 60).map((row, i) => ({ ...row, scope: i % 3 === 0 ? 'a' : '', day: 20_000 + i, ...(i % 2 === 0 ? { team: `t${i % 4}` } : {}) }));

test('any change of any byte of a model ends in MODEL_INVALID or in finite scores', async () => {
  const files = await saved(await fitted(walk(), rows));
  const names = [...files.keys()];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.nat(), fc.integer({ min: 1, max: 255 }), async (name, at, flip) => {
      const original = files.get(name) as Uint8Array;
      const copy = original.slice();
      copy[at % copy.length] = (copy[at % copy.length] as number) ^ flip;
      const answered = await walk().load(memoryFiles(new Map(files).set(name, copy)), aRun()).then(
        async (model) => scored(model, everyPair),
        (thrown: unknown) => (isByomlError(thrown) && thrown.code === 'MODEL_INVALID' ? { surprise: [], coldSurprise: [] } : Promise.reject(thrown)),
      );
      expect([...answered.surprise, ...(answered.coldSurprise ?? [])].every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a scope without one of its files, with a foreign file, or in another scope\'s folder is refused', async () => {
  const files = await saved(await fitted(walk(), rows));
  const [first] = files.keys() as unknown as [string];
  const without = new Map(files);
  without.delete(first);
  const moved = new Map([...files].map(([name, content]) => [name.replace('scopes/s61/', 'scopes/s62/'), content]));
  for (const broken of [without, new Map(files).set('scopes/s61/extra.bin', new Uint8Array(1)), new Map(files).set('note.txt', new Uint8Array(1)), moved]) {
    await expect(walk().load(memoryFiles(broken), aRun())).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  }
});
