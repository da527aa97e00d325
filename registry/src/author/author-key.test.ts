import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { authorKeyFile, makeAuthorKey, openAuthorKey } from './author-key.ts';

afterAll(removeTemporaryFolders);

test('is made once, for its owner only, and the same ever after', async () => {
  const path = authorKeyFile({ XDG_CONFIG_HOME: await temporaryFolder() }, 'linux');
  const first = await openAuthorKey(path);
  const second = await openAuthorKey(path);
  expect([first.made, second.made, second.key.public]).toEqual([true, false, first.key.public]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(makeAuthorKey(path)).rejects.toMatchObject({ code: 'FOLDER_OCCUPIED' });
});

test.skipIf(process.platform === 'win32')('is not used when others can read it', async () => {
  const { path } = await makeAuthorKey(join(await temporaryFolder(), 'author.pem'));
  await chmod(path, 0o644);
  await expect(openAuthorKey(path)).rejects.toMatchObject({ code: 'TRUST_REFUSED', message: expect.stringContaining('0600') });
});

test('lies in the folder of settings of each system', () => {
  expect(authorKeyFile({ HOME: '/home/ann' }, 'linux')).toBe(join('/home/ann', '.config', 'byoml', 'author.pem'));
  expect(authorKeyFile({ APPDATA: 'C:\\Users\\ann\\AppData\\Roaming' }, 'win32')).toBe(join('C:\\Users\\ann\\AppData\\Roaming', 'byoml', 'author.pem'));
});
