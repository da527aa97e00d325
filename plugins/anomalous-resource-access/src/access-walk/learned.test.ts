import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scopeFolder } from '@byoml/core';
import { aRun, cells, cut, memoryFiles, replay, take } from '@byoml/core/testkit';
import { datedGraph, difference, everyPair, fitted, saved, scored, scoredErased, table, undatedGraph, type AccessRow } from '../graph/tables.test.fixture.ts';
import { peerLift } from '../peer-lift/definition.ts';
import { accessWalk } from './definition.ts';
import { exponents, settings, type Settings } from './settings.ts';

const walk = (over: Partial<Settings> = {}) => accessWalk.create(settings.parse(over), {});
const graphs = fc.oneof(undatedGraph, datedGraph);
const exponent = fc.constantFrom(...exponents);

test('scoring erased is scoring a model that was fitted without the pair', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, exponent, async (accesses, b) => {
      const last = accesses.map(({ day }) => day ?? 0).reduce((most, day) => Math.max(most, day), 0);
      const erased = await scoredErased(await fitted(walk({ b }), accesses), everyPair);
      for (const [i, pair] of everyPair.entries()) {
        const others = accesses.map((row) => (row.user === pair.user && row.resource === pair.resource ? { ...row, count: 0, ...(last > 0 ? { day: row.day ?? last } : {}) } : row));
        const refit = await scored(await fitted(walk({ b }), others), [pair]);
        expect(erased.status[i]).toBe(refit.status[0]);
        expect(difference([erased.surprise[i] as number], refit.surprise)).toBeLessThan(1e-9);
      }
    }),
    { numRuns: 25 },
  );
});

test('the same scores, known or erased; only the status tells them apart', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (accesses) => {
      const model = await fitted(walk(), accesses);
      const [plain, erased] = [await scored(model, everyPair), await scoredErased(model, everyPair)];
      expect(erased.surprise).toEqual(plain.surprise);
      expect(erased.coldSurprise).toEqual(plain.coldSurprise);
      expect(erased.status).not.toContain('known');
    }),
  );
});

test('a model that learned in two parts scores as one that learned both at once; the first is unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, graphs, exponent, async (first, second, b) => {
      const dated = (rows: readonly AccessRow[]) => rows.map((row) => ({ ...row, day: row.day ?? 20_100 }));
      const model = await fitted(walk({ b, halfLife: '30d' }), dated(first));
      const before = await saved(model);
      const updated = await model.update!(replay(table(dated(second))), aRun());
      const refit = await fitted(walk({ b, halfLife: '30d' }), [...dated(first), ...dated(second)]);
      expect(difference((await scored(updated, everyPair)).surprise, (await scored(refit, everyPair)).surprise)).toBeLessThan(1e-9);
      expect(await saved(model)).toEqual(before);
    }),
  );
});

test('days without any access count too: what came before them decays', async () => {
  const [empty, late] = [{ user: 'u0', resource: 'r0', count: 0, day: 20_090 }, everyPair.slice(0, 40).map((row) => ({ ...row, day: 20_000 }))];
  const updated = await (await fitted(walk({ b: 1 }), [empty])).update!(replay(table(late)), aRun());
  expect(await saved(updated)).toEqual(await saved(await fitted(walk({ b: 1 }), [empty, ...late])));
});

test('the order of the rows has no say', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.infiniteStream(fc.nat()), async (accesses, keys) => {
      const shuffled = accesses.map((row) => ({ row, key: keys.next().value as number })).sort((a, b) => a.key - b.key).map(({ row }) => row);
      const [one, two] = [await scored(await fitted(walk(), accesses), everyPair), await scored(await fitted(walk(), shuffled), everyPair)];
      expect(difference(two.surprise, one.surprise)).toBeLessThan(1e-6);
      expect(two.status).toEqual(one.status);
    }),
  );
});

/** Teams of ten with shares of their own, and a fifth of the accesses anywhere: enough to choose an exponent. */
const teams: readonly AccessRow[] = Array.from({ length: 1500 }, (_, i) => {
  const user = i % 100;
  const share = i % 5 === 0 ? (i * 37) % 120 : Math.floor(user / 10) * 12 + ((i * 7) % 12);
  return { user: `user${user}`, resource: `share${share}`, count: 1 + (i % 3), day: 20_000 + ((i * 13) % 90) };
});

for (const [kind, rows] of [['dated', teams], ['undated', teams.map(({ user, resource, count }) => ({ user, resource, count: count as number }))]] as const) {
  test(`the order of the rows does not change a byte of a model of whole counts, its own exponent and communities included, ${kind}`, async () => {
    const model = await fitted(walk({ halfLife: '30d' }), rows);
    const other = await fitted(walk({ halfLife: '30d' }), rows.map((_, i) => rows[(i * 7) % rows.length] as AccessRow));
    const [one, two] = [await saved(model), await saved(other)];
    for (const name of [...one.keys()].filter((file) => kind === 'undated' || !file.endsWith('graph.bin'))) expect(two.get(name)).toEqual(one.get(name));
    expect(difference((await scored(other, teams)).coldSurprise ?? [], (await scored(model, teams)).coldSurprise ?? [])).toBeLessThan(1e-6);
  });
}

test('coldSurprise of every row is the surprise of peer-lift on the same accesses', async () => {
  const rows = teams.map((row, i) => ({ ...row, department: `d${Number(row.user.slice(4)) % 7}`, ...(i % 2 === 0 ? { team: `t${Number(row.user.slice(4)) % 20}` } : {}) }));
  const asked = [...rows.slice(0, 200), { user: 'zoe', resource: 'share1', department: 'd1' }, { user: 'zoe', resource: 'nowhere' }, { user: 'user1', resource: 'nowhere' }];
  const lift = await fitted(peerLift.create(peerLift.settings.parse({}), {}), rows);
  expect((await scored(await fitted(walk(), rows), asked)).coldSurprise).toEqual((await scored(lift, asked)).surprise);
});

test('batch cuts and dictionaries have no say, neither in learning nor in scoring', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 7 }), async (accesses, size) => {
      const whole = await fitted(walk(), accesses);
      const parts = await walk().fit!(replay(...cut(table(accesses), size)), aRun());
      expect(await saved(parts)).toEqual(await saved(whole));
      const expected = await scored(whole, everyPair);
      const pieces = [];
      for (const part of cut(table(everyPair), size)) pieces.push(cells(await parts.score(part, aRun()))['surprise'] as number[]);
      expect(pieces.flat()).toEqual(expected.surprise);
    }),
    { numRuns: 50 },
  );
});

test('a saved model answers what it answered, and saves to the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (accesses) => {
      const model = await fitted(walk(), accesses);
      const files = await saved(model);
      const again = await walk().load(memoryFiles(files), aRun());
      expect(await scored(again, everyPair)).toEqual(await scored(model, everyPair));
      expect(await saved(again)).toEqual(files);
    }),
  );
});

test('a scope learns and scores as if there were no other, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, graphs, async (mine, others) => {
      const scopeA = mine.map((row) => ({ ...row, scope: 'a' }));
      const both = [...others.map((row) => ({ ...row, scope: 'b' })), ...scopeA, ...others.map((row) => ({ ...row, scope: '' }))];
      const [alone, together] = [await fitted(walk(), scopeA), await fitted(walk(), both)];
      const under = (files: ReadonlyMap<string, Uint8Array>) => [...files].filter(([name]) => name.startsWith(`scopes/${scopeFolder('a')}/`));
      expect(under(await saved(together))).toEqual(under(await saved(alone)));
      const asked = everyPair.map((row) => ({ ...row, scope: 'a' }));
      expect(await scored(together, asked)).toEqual(await scored(alone, asked));
    }),
    { numRuns: 50 },
  );
});

test('rows of several scopes in one batch get the scores of their scopes', async () => {
  const rows = ['a', 'b', 'c'].flatMap((scope, k) => everyPair.filter((_, i) => i % (k + 2) === 0).map((row) => ({ ...row, scope })));
  const model = await fitted(walk({ b: 1 }), rows);
  const asked = [...rows].reverse().concat([{ scope: 'unheard', user: 'u0', resource: 'r0' }]);
  const together = await scored(model, asked);
  for (const [i, row] of asked.entries()) expect((await scored(model, [row])).surprise[0]).toBe(together.surprise[i]);
  expect(together.status.at(-1)).toBe('new-both');
});

test('plain arrays, and columns with defaults left out, are read like what an engine delivers', async () => {
  const rows = everyPair.slice(0, 40);
  const plain = { length: rows.length, columns: { user: rows.map(({ user }) => user), resource: rows.map(({ resource }) => resource) } };
  const [fromPlain, fromTable] = [await walk().fit!(replay(plain as never), aRun()), await fitted(walk(), rows)];
  expect(await saved(fromPlain)).toEqual(await saved(fromTable));
  expect(cells(await fromPlain.score(plain as never, aRun()))).toEqual(await scored(fromTable, rows));
});

for (const [what, row, column] of [['a negative count', { count: -1 }, 'count'], ['an infinite count', { count: Number.POSITIVE_INFINITY }, 'count'], ['a count that is no number', { count: Number.NaN }, 'count'], ['half a day', { day: 1.5 }, 'day']] as const) {
  test(`${what} is refused with its row`, async () => {
    const columns = { user: ['a', 'b'], resource: ['x', 'y'], count: [1, 1], day: [1, 1], ...Object.fromEntries(Object.entries(row).map(([name, value]) => [name, [1, value]])) };
    await expect(walk().fit!(replay({ length: 2, columns } as never), aRun())).rejects.toMatchObject({ code: 'CELL_INVALID', details: { column, row: 2 } });
  });
}

test('an explained, updated or scored row never changes the batch it came in', async () => {
  const asked = table(everyPair);
  const before = cells(take(asked, [...everyPair.keys()]));
  const model = await fitted(walk(), everyPair.slice(0, 50));
  await model.score(asked, aRun());
  await model.explain!(asked, aRun());
  await model.update!(replay(asked), aRun());
  expect(cells(asked)).toEqual(before);
});
