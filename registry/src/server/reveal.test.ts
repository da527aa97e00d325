import { ByomlError } from '@byoml/core';
import { expect, test } from 'vitest';
import { memoryStorage } from '../storage/memory.ts';
import { Rig, day, signal } from './registry.test.fixture.ts';

test('a package that cannot be read keeps no other from appearing', async () => {
  const memory = memoryStorage();
  let broken = false;
  const storage = {
    ...memory,
    read: (key: string, given: AbortSignal) => {
      if (broken && key === 'npm/@acme/first') throw new ByomlError('STORAGE_FAILED', 'the disk cannot read it');
      return memory.read(key, given);
    },
  };
  await using rig = await Rig.open({ storage, cooldown: { newMs: day, updateMs: day } });
  for (const name of ['@acme/first', '@acme/second']) await rig.publish({ name });
  rig.pass(day);
  broken = true;
  await expect(rig.registry.packages.reveal(signal)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(await storage.read('npm/@acme/second', signal)).toBeDefined();
  broken = false;
  await rig.registry.packages.reveal(signal);
  expect(await rig.versions('@acme/first')).toEqual(['1.0.0']);
});
