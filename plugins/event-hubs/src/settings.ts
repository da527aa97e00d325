import { z } from '@byoml/core';

const hourMs = 3_600_000;
const duration = /^([1-9]\d{0,4})([hd])$/u;

/** Milliseconds of `12h` or `120d`. */
const milliseconds = (text: string): number => {
  const [, count, unit] = duration.exec(text) as unknown as [string, string, 'h' | 'd'];
  return Number(count) * (unit === 'd' ? 24 : 1) * hourMs;
};

const broker = /^(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/iu;
const isBrokers = (list: string): boolean => list.split(',').every((address) => broker.test(address.trim()));

export const settings = z.strictObject({
  bootstrap: z.string().max(4000).refine(isBrokers, 'expected HOST[:PORT], or several with commas between').describe('NAME.servicebus.windows.net of an Event Hubs namespace, or host:port of Kafka brokers, with commas between'),
  table: z.string().regex(/^\w{1,100}$/u).describe('Table, such as SecurityEvent; its event hub is am-securityevent'),
  topic: z.string().regex(/^[\w.-]{1,249}$/u).optional().describe('Event hub or topic, where it is not named after the table'),
  group: z.string().min(1).max(255).default('byoml').describe('Consumer group, which nothing else may use; every workspace needs its own to see all records'),
  connectionString: z.string().min(1).optional().describe('`${secret:NAME}`: connection string of a policy with the right to listen; without it nothing is said about who asks'),
  tls: z.boolean().optional().describe('Whether to encrypt; yes with a connection string and for Event Hubs, else no, when absent'),
  ca: z.string().min(1).optional().describe('File with the certificate (PEM) of a certificate authority of your own'),
  idleMs: z.number().int().min(0).max(600_000).default(0).describe('How long to wait for more records when all that were there are read, milliseconds'),
  maxBytes: z.number().int().min(1).default(4 * 2 ** 30).describe('Bytes that one run takes from the topic at most; the next run goes on there'),
  keep: z.string().regex(duration).default('120d').transform(milliseconds).describe('How long records stay on this machine, such as 120d or 36h, counted back from the newest; no shorter than the longest training window'),
});
export type Settings = z.output<typeof settings>;
