import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { AzureCliCredential, ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential, WorkloadIdentityCredential } from '@azure/identity';
import type { ByomlError } from '@byoml/core';
import { aRun, fakeServices } from '@byoml/core/testkit';
import { expect, test, vi } from 'vitest';
import { credentialOf, credentialSetting } from './credential.ts';
import { logsIngestionSink } from './logs-ingestion.ts';
import { aDouble, aResult, ruleId, stream, tableOf } from './rig.test.fixture.ts';

const workload = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_FEDERATED_TOKEN_FILE: '/none' };

test.each([
  ['default', DefaultAzureCredential], ['managed', ManagedIdentityCredential], ['workload', WorkloadIdentityCredential], ['cli', AzureCliCredential],
  [{ managed: 'client' }, ManagedIdentityCredential], [{ tenant: 'tenant', client: 'client', secret: 'x' }, ClientSecretCredential],
])('%j signs in as it says', async (setting, made) => {
  for (const [name, value] of Object.entries(workload)) vi.stubEnv(name, value);
  expect(await credentialOf(credentialSetting.parse(setting), 'https://monitor.azure.us')).toBeInstanceOf(made);
  vi.unstubAllEnvs();
});

test.each(['manged', { tenant: 't', client: 'c' }, { tenant: 't', client: 'c', secret: '' }, { tenant: 't', client: 'c', secret: 's', key: 'k' }])('%j is none', (setting) => {
  expect(credentialSetting.safeParse(setting).success).toBe(false);
});

test('where no token can be had, the error says so and why', async () => {
  await using double = await aDouble();
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, double.certificate.certificate]);
  vi.stubEnv('PATH', '/none');
  const definition = logsIngestionSink();
  const sink = definition.create(definition.settings.parse({ endpoint: double.url, ruleId, stream, credential: 'cli' }), fakeServices(definition.needs));
  const thrown = await sink.write(tableOf([aResult(1)]), aRun()).catch((error: ByomlError) => error);
  vi.unstubAllEnvs();
  setDefaultCACertificates(trusted);
  expect(thrown).toMatchObject({ code: 'CREDENTIAL_INVALID', message: expect.stringMatching(/no token could be had for https:\/\/monitor\.azure\.com\/\.default: .*Azure CLI/) as string });
  expect(double.requests).toEqual([]);
});
