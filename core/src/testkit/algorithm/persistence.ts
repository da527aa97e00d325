import assert from 'node:assert/strict';
import { isByomlError } from '../../contracts/errors.ts';
import { check, shown, thrownBy, type Check } from '../check.ts';
import type { FileBytes } from '../fakes/model-files.ts';
import { assertAnswer } from './answers.ts';
import { assertSameBytes, type Trial } from './trial.ts';

/** The files with one of them broken, in every way the kit tries. */
function* damaged(files: FileBytes): Iterable<{ readonly how: string; readonly files: FileBytes }> {
  for (const [name, bytes] of files) {
    const put = (changed: Uint8Array): FileBytes => new Map([...files, [name, changed]]);
    yield { how: `${name} missing`, files: new Map([...files].filter(([other]) => other !== name)) };
    yield { how: `${name} empty`, files: put(new Uint8Array()) };
    yield { how: `${name} cut in half`, files: put(bytes.slice(0, bytes.length >> 1)) };
    yield { how: `${name} all 0xff`, files: put(new Uint8Array(bytes.length).fill(0xff)) };
  }
}

async function refusesOrStaysFinite(trial: Trial, how: string, files: FileBytes): Promise<void> {
  const answering = trial.load(files).then((model) => trial.answer(model));
  const thrown = await thrownBy(answering);
  if (thrown === undefined) return assertAnswer(trial, await answering, trial.probe.length);
  assert.ok(isByomlError(thrown), `${how}: expected a ByomlError such as MODEL_INVALID, received ${shown(thrown)}`);
}

/** A model and its files are the same thing. */
export function* persistenceChecks(trial: Trial): Iterable<Check> {
  yield check('scores the same after being saved and loaded', async () => {
    const model = await trial.fit();
    const again = await trial.load(await trial.bytes(model));
    assert.deepEqual(await trial.answer(again), await trial.answer(model));
  });
  yield check('saves the same bytes twice', async () => {
    const model = await trial.fit();
    const saved = await trial.bytes(model);
    await trial.answer(model);
    assertSameBytes(await trial.bytes(model), saved, 'saving twice');
    assertSameBytes(await trial.bytes(await trial.load(saved)), saved, 'saving after loading');
  });
  yield check('refuses damaged files, or stays finite', async () => {
    for (const { how, files } of damaged(await trial.bytes(await trial.fit()))) await refusesOrStaysFinite(trial, how, files);
  });
}
