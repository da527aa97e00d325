import { expect, test } from 'vitest';
import { lockedOf } from './offer.test.fixture.ts';
import { restore, restoredText } from './restore.ts';

test('what was restored is named with its digest and level', async () => {
  const locked = lockedOf('1.0.0');
  const client = { restorePlugins: () => Promise.resolve([{ location: '@acme/rare-hour', name: '@acme/rare-hour', locked }]) };
  const document = await restore(client, { workspace: '.', now: new Date() }, new AbortController().signal);
  expect(document).toEqual({ restored: [{ name: '@acme/rare-hour', version: '1.0.0', digest: locked.integrity, level: locked.level }] });
  expect(restoredText(document)).toContain('@acme/rare-hour 1.0.0');
  expect(restoredText({ restored: [] })).toContain('no plugins');
});
