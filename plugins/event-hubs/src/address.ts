import { createHash } from 'node:crypto';
import { containerOf } from '@byoml/core/data-export';
import type { Settings } from './settings.ts';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Which records, and how far read: what decides where they are kept. */
export interface Origin {
  readonly brokers: readonly BrokerAddress[];
  readonly topic: string;
  readonly group: string;
}

const namespaceSuffix = /\.servicebus\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)$/iu;

export const isEventHubs = ({ host }: BrokerAddress): boolean => namespaceSuffix.test(host);

/** Event Hubs speaks Kafka on 9093, others on 9092. */
function addressOf(text: string): BrokerAddress {
  const { hostname, port } = new URL(`kafka://${text.trim().toLowerCase()}`);
  const bare = { host: hostname.replace(/^\[(.*)\]$/u, '$1'), port: 0 };
  return { ...bare, port: Number(port || (isEventHubs(bare) ? 9093 : 9092)) };
}

export const originOf = ({ bootstrap, topic, table, group }: Pick<Settings, 'bootstrap' | 'topic' | 'table' | 'group'>): Origin => ({ brokers: bootstrap.split(',').map(addressOf), topic: topic ?? containerOf(table), group });

/** `host:port`, with commas between. */
export const brokersText = ({ brokers }: Origin): string => brokers.map(({ host, port }) => `${host}:${port}`).join(',');

/** The name of the folder that keeps the records of an origin: whatever characters its parts have, another one has another folder. */
export const folderName = (origin: Origin): string =>
  createHash('sha256').update(JSON.stringify([origin.brokers.map(({ host, port }) => `${host}:${port}`).toSorted(), origin.topic, origin.group])).digest('hex').slice(0, 32);
