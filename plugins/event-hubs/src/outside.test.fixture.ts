import type { KafkaBroker } from '@byoml/fixtures/kafka-broker';
import { CompressionTypes, Kafka, logLevel, type Admin, type Producer } from 'kafkajs';

/** A client that has nothing to do with the one that is tested. */
export interface Outside extends AsyncDisposable {
  readonly admin: Admin;
  topic(name: string, partitions?: number): Promise<string>;
  send(topic: string, values: ReadonlyArray<string | Buffer | null>, options?: { readonly partition?: number; readonly gzip?: boolean }): Promise<void>;
  /** Sets how long a topic keeps its records, milliseconds. */
  keep(topic: string, ms: number): Promise<void>;
  /** Offsets that a group was told, by partition; -1 for none. */
  committed(topic: string, group?: string): Promise<number[]>;
}

// The package does not export its names so that Node finds this one.
const topicResource = 2;

export async function outside(broker: KafkaBroker): Promise<Outside> {
  const kafka = new Kafka({ clientId: 'outside', brokers: [broker.plain], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 12 } });
  const admin = kafka.admin();
  const producer: Producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  return {
    admin,
    async topic(name, numPartitions = 1) {
      await admin.createTopics({ waitForLeaders: true, topics: [{ topic: name, numPartitions }] });
      return name;
    },
    async send(topic, values, { partition = 0, gzip = false } = {}) {
      await producer.send({ topic, compression: gzip ? CompressionTypes.GZIP : CompressionTypes.None, messages: values.map((value) => ({ value, partition })) });
    },
    async keep(name, ms) {
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: topicResource, name, configEntries: [{ name: 'retention.ms', value: String(ms) }] }] });
    },
    async committed(topic, groupId = 'byoml') {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return (found?.partitions ?? []).toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
}
