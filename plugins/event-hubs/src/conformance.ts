import { kafkaBrokerOrReason } from '@byoml/fixtures/kafka-broker';
import type { Conformance } from '@byoml/core/testkit';
import { outside } from './outside.test.fixture.ts';
import { envelope, now, record } from './reader.test.fixture.ts';

/** A topic of a broker that is stopped with the checks; without Java there is none. */
export const conformance: Conformance = async ({ engine, folder, closing }) => {
  const broker = await kafkaBrokerOrReason();
  if ('missing' in broker) return broker;
  closing.use(broker);
  const kafka = closing.use(await outside(broker));
  await kafka.topic('am-conformance');
  await kafka.send('am-conformance', [envelope(record(1), record(2)), record(3)]);
  const bootstrap = broker.plain;
  return {
    'data-source/topic': {
      settings: { bootstrap, table: 'Conformance' }, missing: { bootstrap, table: 'Missing' }, rows: 3, engine,
      services: { data: { path: folder }, clock: { now: () => now } },
    },
  };
};
