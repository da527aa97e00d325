import { expect, test } from 'vitest';
import { dictionaryColumn } from '@byoml/core';
import { aRun, replay } from '@byoml/core/testkit';
import { accessTable, departments, haveRealData, meanOfSeeds, newcomers, quality, realData } from '../graph/real-data.test.fixture.ts';
import { peerLift } from './definition.ts';

test.skipIf(!haveRealData)('newcomers of 42 departments: what colleagues use is told from swaps with an AUC of .80', async () => {
  const data = realData('email');
  const known = departments();
  const names = [...new Set(known.values())];
  const department = (users: Int32Array) => ({ department: dictionaryColumn(users.map((user) => names.indexOf(known.get(data.texts[user] as string) as string)), names) });
  const auc = await meanOfSeeds(async (seed) => {
    const parts = newcomers(data, seed);
    const algorithm = peerLift.create(peerLift.settings.parse({}), {});
    const model = await algorithm.fit!(replay(accessTable(parts.training, data.texts, department(parts.training.users))), aRun({ seed }));
    return (await quality(model, parts, data.texts, department)).auc;
  });
  expect(auc).toBeGreaterThanOrEqual(0.8);
});
