import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { tokenFor, type LogsIngestionDouble } from '@byoml/fixtures/logs-ingestion';
import { expect, test } from 'vitest';
import { aDouble, ruleId, stream } from './rig.test.fixture.ts';

interface Answer { readonly status: number | undefined; readonly wait: string | undefined; readonly body: string }

/** A request as no SDK makes it: uncompressed, the query as it is, with the headers given. */
function post(double: LogsIngestionDouble, body: string, { path = `/dataCollectionRules/${ruleId}/streams/${stream}?api-version=2023-01-01`, headers = {} }: { readonly path?: string; readonly headers?: object } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, double.url), { method: 'POST', ca: double.certificate.certificate, headers: { 'content-type': 'application/json', authorization: `Bearer ${tokenFor().token}`, ...headers } }, (response) => {
      text(response).then((said) => resolve({ status: response.statusCode, wait: response.headers['retry-after'], body: said }), reject);
    });
    sent.on('error', reject).end(body);
  });
}
const code = ({ status, body }: Answer): unknown[] => [status, body === '' ? '' : (JSON.parse(body) as { readonly error: { readonly code: string } }).error.code];

test('the double takes rows as the service does: unknown columns are dropped, long fields cut, a wrong type is named', async () => {
  await using double = await aDouble();
  expect(code(await post(double, JSON.stringify([{ RecordId: 'a', Unknown: 1, Title: 'reserved', Description: 'x'.repeat(70_000) }])))).toEqual([204, '']);
  expect(double.rows()).toEqual([{ RecordId: 'a', Description: 'x'.repeat(65_536) }]);
  expect(double.fieldsCut()).toBe(1);
  expect(await post(double, JSON.stringify([{ RecordId: 'b' }, { RecordId: 'c', Revision: 'one' }]))).toMatchObject({ status: 400, body: expect.stringContaining("'Revision'") as string });
  expect(double.rows()).toHaveLength(1);
});

test('the double refuses rows by what is in them when it is told to', async () => {
  await using double = await aDouble({ refuses: { column: 'UserName', value: 'eve' } });
  expect(await post(double, JSON.stringify([{ RecordId: 'a', UserName: 'ann' }, { RecordId: 'b', UserName: 'eve' }]))).toMatchObject({ status: 400, body: expect.stringContaining("'UserName'") as string });
  expect(code(await post(double, JSON.stringify([{ RecordId: 'a', UserName: 'ann' }, { RecordId: 'c' }])))).toEqual([204, '']);
  expect(double.rows().map(({ RecordId }) => RecordId)).toEqual(['a', 'c']);
});

test('the double refuses what the service refuses', async () => {
  await using double = await aDouble();
  const base = `/dataCollectionRules/${ruleId}/streams/${stream}`;
  expect(code(await post(double, '[]', { path: base }))).toEqual([400, 'InvalidApiVersion']);
  expect(code(await post(double, '[]', { path: `${base}?api%2Dversion=2023-01-01` }))).toEqual([204, '']);
  expect(code(await post(double, '{}'))).toEqual([400, 'InvalidRequestBody']);
  expect(code(await post(double, '[]', { headers: { authorization: '' } }))).toEqual([401, 'MissingToken']);
  expect(code(await post(double, '[]', { headers: { authorization: `Bearer ${tokenFor({ notBefore: 600 }).token}` } }))).toEqual([401, 'InvalidToken']);
  expect(code(await post(double, '[]', { headers: { authorization: `Bearer ${tokenFor({ role: 'Reader' }).token}` } }))).toEqual([403, 'OperationFailed']);
  expect(code(await post(double, '[]', { path: '/dataCollectionRules/dcr-other/streams/Custom-X?api-version=2023-01-01' }))).toEqual([404, 'NotFound']);
  expect(code(await post(double, `[${' '.repeat(1_048_575)}]`))).toEqual([413, 'ContentLengthLimitExceeded']);
  expect(code(await post(double, `[${' '.repeat(1_048_574)}]`))).toEqual([204, '']);
});

test('the double counts requests and bytes in any 60 s, by the clock it is given', async () => {
  let now = Date.now();
  await using double = await aDouble({ now: () => now, limits: { requestsPerMinute: 3, bytesPerMinute: 100 } });
  for (let i = 0; i < 3; i++) expect((await post(double, '[]')).status).toBe(204);
  now += 20_000;
  expect(await post(double, '[]')).toMatchObject({ status: 429, wait: '40' });
  now += 40_000;
  expect((await post(double, '[]')).status).toBe(204);
  expect((await post(double, `[${' '.repeat(99)}]`)).status).toBe(429);
});
