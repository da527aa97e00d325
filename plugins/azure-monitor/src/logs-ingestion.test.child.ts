// `node logs-ingestion.test.child.ts SETTINGS ROWS`: writes so many results with the sink as the plugin has it, and says each accepted row on a line.
import { writeSync } from 'node:fs';
import { kind, type Sink } from '@byoml/core';
import { aRun, fakeServices } from '@byoml/core/testkit';
import plugin from './index.ts';
import { results, tableOf } from './rig.test.fixture.ts';

const [settings = '{}', rows = '0'] = process.argv.slice(2);
const definition = plugin.components.find((component) => component[kind] === 'sink' && component.id === 'logs-ingestion');
if (definition?.[kind] !== 'sink') throw new Error('the plugin has no such sink');
const sink: Sink = definition.create(definition.settings.parse(JSON.parse(settings)), fakeServices(definition.needs));
const table = tableOf(results(Number(rows), () => ({ message: 'm'.repeat(2000) })));
await sink.write(table, aRun(), { accepted: (accepted) => void writeSync(1, accepted.map((row) => `${row}\n`).join('')), refused: () => process.exit(3) });
