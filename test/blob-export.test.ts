import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import type { AlertRecord } from '@byoml/core/state';
import { startAzurite } from '@byoml/fixtures/azurite';
import { expect, test } from 'vitest';
import { backfillDays, blobs, dayNumber, moment, runAt, SmallWorkspace } from './small-workspace.ts';
import { inCi } from './tier.ts';

/** Puts into a container what an export's folder has more than before, as the service does: by appending. */
async function uploader(connectionString: string): Promise<(from: SmallWorkspace) => Promise<void>> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('am-securityevent');
  await container.create();
  const sent = new Map<string, number>();
  return async (from) => {
    for (const file of globSync('**/*.json', { cwd: from.export })) {
      const content = readFileSync(join(from.export, file));
      const blob = container.getAppendBlobClient([...blobs.split(/[/\\]/u).slice(1), ...file.split(/[/\\]/u)].join('/'));
      const had = sent.get(file);
      if (had === undefined) await blob.create();
      if (content.length > (had ?? 0)) await blob.appendBlock(content.subarray(had ?? 0), content.length - (had ?? 0));
      sent.set(file, content.length);
    }
  };
}

/** Names of the files below a folder, hidden ones too, that hold a text. */
const holding = (folder: string, text: string): string[] =>
  globSync(['**/*', '.byoml/**/*'], { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text)).map(({ name }) => name);

test.skipIf(!inCi)('a detection says the same of a container as of a folder with the same blobs, late data included, and keeps no secret (CI tier)', async () => {
  await using azurite = await startAzurite();
  const upload = await uploader(azurite.connectionString);
  process.env['BYOML_SECRET_STORAGE'] = azurite.connectionString;
  const source = `{ use: azure-storage/data-export, settings: { account: '${azurite.accountUrl}', table: SecurityEvent, credential: { connectionString: '\${secret:STORAGE}' } } }`;
  using folder = await SmallWorkspace.make();
  using container = await SmallWorkspace.make({ detection: { source } });
  folder.grow(moment(40));
  await upload(folder);
  for (const workspace of [folder, container]) await backfillDays(workspace, 37, 40);
  expect(container.delivered().length).toBeGreaterThan(0);
  expect(container.keys()).toEqual(folder.keys());

  const [known] = folder.look((state) => state.alerts({ detection: folder.name, from: dayNumber(38), to: dayNumber(39) })) as [AlertRecord];
  const [, server, share] = /^\\\\([^\\]+)\\(.+)$/u.exec(known.resource) as RegExpExecArray;
  const again = { user: known.user.replace(/^.*\\/u, ''), server: server as string, share: share as string, host: known.sourceHosts[0] as string, at: moment(38, 10, 59) };
  folder.append({ user: folder.account(3), server: 'FS9', share: 'late', at: moment(38, 10) }, again);
  await upload(folder);
  const before = container.scoreRuns();
  const reopened = (workspace: SmallWorkspace): unknown => workspace.scoreRuns().map(({ day, changes }) => [day, changes]);
  for (const workspace of [folder, container]) await runAt(workspace, moment(40, 1));
  expect(reopened(container)).toEqual(reopened(folder));
  const since = container.scoreRuns().slice(before.length);
  expect(since.map(({ day }) => day)).toEqual([38, 40].map(dayNumber));
  expect(container.scoreRuns().slice(0, before.length)).toEqual(before);
  expect(since[0]?.changes).toEqual(expect.arrayContaining(['late data of 2026-02-12', expect.stringContaining(`changed ${known.user} → ${known.resource}: count ${known.count} → ${known.count + 1}`)]));
  expect(container.delivered().filter(({ recordId }) => recordId === known.recordId)).toMatchObject([{ revision: 1, count: known.count }, { revision: 2, count: known.count + 1 }]);
  expect(container.keys()).toEqual(folder.keys());
  expect(holding(container.folder, azurite.accountKey)).toEqual([]);
}, 120_000);
