import assert from 'node:assert/strict';
import { scopeFolder } from '../../models/scope-folder.ts';
import { check, type Check } from '../check.ts';
import type { FileBytes } from '../fakes/model-files.ts';
import type { Cells } from '../table.ts';
import { assertSameBytes, renamed, type Trial } from './trial.ts';

const inScope = (rows: readonly Cells[], scope: string): Cells[] => rows.map((row) => ({ ...row, scope }));
const under = (files: FileBytes, scope: string): FileBytes => new Map([...files].filter(([name]) => name.startsWith(`scopes/${scopeFolder(scope)}/`)));

/** Another scope of the same names in other company, with one name of its own. */
function neighbour({ input, training }: Trial): Cells[] {
  const last = Object.keys(input).filter((name) => name !== 'scope' && training.every((row) => typeof row[name] === 'string')).at(-1);
  const moved = training.map((row, i) => (last === undefined ? row : { ...row, [last]: training[(i + 2) % training.length]?.[last] }));
  return inScope([...moved, ...renamed(input, training.slice(0, 1), { prefix: 'only-in-b' })], 'b');
}

const mixed = (one: readonly Cells[], two: readonly Cells[]): Cells[] => two.flatMap((row, i) => (i < one.length ? [row, one[i] as Cells] : [row]));

/** Nothing crosses a scope: not a score, not a byte. For inputs with a `scope` column. */
export function* scopeChecks(trial: Trial): Iterable<Check> {
  if (!('scope' in trial.input) || trial.fixture.scopes === 'joint' || !trial.learns) return;
  const alone = inScope(trial.training, 'a');
  const both = mixed(alone, neighbour(trial));
  yield check('learns a scope as if there were no other', async () => {
    const [one, two] = [await trial.bytes(await trial.fit(alone)), await trial.bytes(await trial.fit(both))];
    assert.ok(under(one, 'a').size > 0, `no file under scopes/${scopeFolder('a')}/`);
    assertSameBytes(under(two, 'a'), under(one, 'a'), 'files of scope "a" with and without scope "b"');
  });
  yield check('scores a scope as if there were no other', async () => {
    const probe = inScope(trial.probe, 'a');
    assert.deepEqual(await trial.answer(await trial.fit(both), probe), await trial.answer(await trial.fit(alone), probe));
  });
  yield check('keeps the names of a scope in its own files', async () => {
    for (const [name, bytes] of await trial.bytes(await trial.fit(both)))
      if (!name.startsWith(`scopes/${scopeFolder('b')}/`)) assert.ok(!Buffer.from(bytes).includes('only-in-b'), `${name} holds a name of scope "b"`);
  });
}
