import { join } from 'node:path';
import type { Conformance, ConformanceHost, DataSourceFixture } from '@byoml/core/testkit';

const workspace = 'WorkspaceResourceId=/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/soc';
const record = (id: string): string => `${JSON.stringify({ _ItemId: id, EventID: 5140, TimeGenerated: '2026-11-24T06:05:00Z' })}\n`;

/** Containers of an emulator that is stopped with the checks. */
export const conformance: Conformance = async ({ engine, folder, closing }: ConformanceHost) => {
  const { startAzurite } = await import('@byoml/fixtures/azurite');
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const { accountUrl, connectionString } = closing.use(await startAzurite(undefined, { within: folder }));
  const service = BlobServiceClient.fromConnectionString(connectionString);

  const exported = service.getContainerClient('am-securityevent');
  await exported.create();
  const blobs = { 'h=06/m=05/PT05M.json': record('a') + record('b'), 'h=06/m=10/PT05M.json': `${record('b')}${record('c')}{"torn`, 'h=07/m=00/PT1H_1.json': record('d') };
  for (const [blob, text] of Object.entries(blobs)) {
    const client = exported.getAppendBlobClient(`${workspace}/y=2026/m=11/d=24/${blob}`);
    await client.create();
    await client.appendBlock(text, text.length);
  }
  const people = service.getContainerClient('people');
  await people.create();
  for (const [blob, text] of Object.entries({ 'one.csv': '\uFEFFuser,team\nann,hr\nbob,it\n', 'two.csv': 'user,team\ncid,hr\n' })) await people.getBlockBlobClient(blob).upload(text, Buffer.byteLength(text));

  const account = { account: accountUrl, credential: { connectionString } };
  const fixture = (settings: object, missing: object, rows: number): DataSourceFixture => ({ settings: { ...account, ...settings }, missing: { ...account, ...missing }, rows, engine, services: { cache: { path: join(folder, 'cache') } } });
  return {
    'data-source/data-export': fixture({ table: 'SecurityEvent' }, { table: 'SigninLogs' }, 4),
    'data-source/blobs': fixture({ container: 'people' }, { container: 'none' }, 3),
  };
};
