import { createRequire } from 'node:module';
import type { KafkaBroker } from '@byoml/fixtures/kafka-broker';

/** What is used of a client that has nothing to do with the one that is tested. */
interface Outside {
  admin(): { connect(): Promise<void>; disconnect(): Promise<void>; createTopics(of: object): Promise<unknown>; fetchOffsets(of: object): Promise<ReadonlyArray<{ readonly partitions: ReadonlyArray<{ readonly offset: string }> }>> };
  producer(): { connect(): Promise<void>; disconnect(): Promise<void>; send(of: object): Promise<unknown> };
}
type KafkaJs = { readonly Kafka: new (options: object) => Outside; readonly logLevel: { readonly NOTHING: number } };

/** The plugin's own tests have this client, so it is found from there. */
const { Kafka, logLevel } = createRequire(import.meta.resolve('@byoml/event-hubs/package.json'))('kafkajs') as KafkaJs;
const clientOf = ({ plain }: KafkaBroker): Outside => new Kafka({ clientId: 'outside', brokers: [plain], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 12 } });

const perMessage = 100;
const perRequest = 24;
const partitions = 3;

/** Sends records as the export does: some to a message, `{"records": […]}`, in whatever partition. Gives how many messages it made of them. */
export async function sendRecords(broker: KafkaBroker, topic: string, records: readonly object[]): Promise<{ readonly messages: number }> {
  const [admin, producer] = [clientOf(broker).admin(), clientOf(broker).producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
    const messages = Array.from({ length: Math.ceil(records.length / perMessage) }, (_, i) => ({ partition: i % partitions, value: JSON.stringify({ records: records.slice(i * perMessage, (i + 1) * perMessage) }) }));
    // A request holds less than 1 MB for each partition.
    for (let i = 0; i < messages.length; i += perRequest) await producer.send({ topic, messages: messages.slice(i, i + perRequest) });
    return { messages: messages.length };
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

/** How many messages the group was told of, over all partitions. */
export async function committed(broker: KafkaBroker, topic: string, groupId: string): Promise<number> {
  const admin = clientOf(broker).admin();
  await admin.connect();
  try {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  } finally {
    await admin.disconnect();
  }
}
