// Records a second from a broker to the spool's files, beside a bare consumer that only counts the messages of the same topic.
//   node --conditions=@byoml/source plugins/event-hubs/bench/records.ts [--records 400000] [--per-message 100] [--partitions 4] [--rounds 3] [--gzip]
// Needs Java and Maven. Prints JSON; every other file of its own is removed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafkaBroker } from '@byoml/fixtures/kafka-broker';
import { z } from '@byoml/core';
import { aRun, recordingLogger } from '@byoml/core/testkit';
import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { settings } from '../src/settings.ts';
import { topicSource } from '../src/topic.ts';

const { values } = parseArgs({
  options: { 'records': { type: 'string', default: '400000' }, 'per-message': { type: 'string', default: '100' }, 'partitions': { type: 'string', default: '4' }, 'rounds': { type: 'string', default: '3' }, 'gzip': { type: 'boolean', default: false } },
});
const [records, perMessage, partitions, rounds] = [Number(values.records), Number(values['per-message']), Number(values.partitions), Number(values.rounds)];
const topic = 'am-securityevent';
const messages = Math.ceil(records / perMessage);

/** About 500 bytes, as the export writes them. */
const record = (id: number): string => JSON.stringify({
  TenantId: '7f3c0c5e-3f1e-4ab2-9d55-2f6f1c1f9b10', TimeGenerated: new Date(Date.UTC(2026, 10, 24) + id * 200).toISOString().replace('Z', '0000Z'), SourceSystem: 'OpsManager', Account: `CONTOSO\\user${id % 5000}`,
  AccountType: 'User', Computer: `FS${id % 40}.contoso.example`, EventSourceName: 'Microsoft-Windows-Security-Auditing', Channel: 'Security', Task: 12808, Level: '8', EventID: 5140, Activity: '5140 - A network share object was accessed.',
  ShareName: `\\\\*\\share${id % 900}`, IpAddress: `10.1.${id % 250}.${id % 200}`, Type: 'SecurityEvent', _ItemId: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
});
const envelope = (message: number): Buffer => Buffer.from(`{"records":[${Array.from({ length: perMessage }, (_, i) => record(message * perMessage + i)).join(',')}]}`);

const broker = await startKafkaBroker();
const folder = await mkdtemp(join(tmpdir(), 'byoml-bench-'));
try {
  const bytes = await produce(broker.plain);
  const results = [];
  // In turn, so that what the machine does besides meets both.
  for (let round = 0; round < rounds; round++) results.push({ bare: await bare(broker.plain, round), source: await source(broker.plain, round) });
  const median = (name: 'bare' | 'source'): number => results.map((result) => result[name]).toSorted((a, b) => a - b)[Math.floor(results.length / 2)] as number;
  const rate = (ms: number): number => Math.round((messages * perMessage * 1000) / ms);
  process.stdout.write(`${JSON.stringify({ records: messages * perMessage, bytes, perMessage, partitions, gzip: values.gzip, rounds: results, recordsPerSecond: { bare: rate(median('bare')), source: rate(median('source')) }, share: median('bare') / median('source') }, undefined, 2)}\n`);
} finally {
  await Promise.all([broker[Symbol.asyncDispose](), rm(folder, { recursive: true, force: true })]);
}

async function produce(address: string): Promise<number> {
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [address], ...(values.gzip ? { compression: 'gzip' as const } : {}) });
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [address] });
  await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
  await admin.close();
  let bytes = 0;
  for (let from = 0; from < messages; from += 10) {
    const batch = Array.from({ length: Math.min(10, messages - from) }, (_, i) => ({ topic, partition: (from / 10) % partitions, value: envelope(from + i) }));
    bytes += batch.reduce((sum, { value }) => sum + value.length, 0);
    await producer.send({ messages: batch });
  }
  await producer.close();
  return bytes;
}

/** Milliseconds from joining the group to the last message. */
async function bare(address: string, round: number): Promise<number> {
  const began = performance.now();
  const consumer = new Consumer({ clientId: 'bench', groupId: `bare${round}`, bootstrapBrokers: [address], autocommit: false });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 500 });
  let seen = 0;
  for await (const _ of stream) if (++seen === messages) break;
  const took = performance.now() - began;
  await stream.close();
  await consumer.close(true);
  return took;
}

/** Milliseconds of a scan, until its files are on the disk. */
async function source(address: string, round: number): Promise<number> {
  const data = { path: join(folder, String(round)) };
  const reader = topicSource(z.parse(settings, { bootstrap: address, table: 'SecurityEvent', group: `source${round}` }), { data, logger: recordingLogger(), clock: { now: () => new Date('2026-11-26T00:00:00Z') } });
  const began = performance.now();
  let found = 0;
  const scan = await reader.scan({ from: new Date(0), to: new Date('2200-01-01') }, aRun({ progress: ({ done }) => void (found = done) }));
  const took = performance.now() - began;
  if (found !== messages * perMessage || scan.kind !== 'files') throw new Error(`${found} records of ${messages * perMessage}`);
  return took;
}
