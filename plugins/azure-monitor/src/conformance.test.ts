import { sinkChecks, type SinkFixture } from '@byoml/core/testkit';
import { test } from 'vitest';
import { conformance } from './conformance.ts';
import { logsIngestionSink } from './logs-ingestion.ts';

const fixtures = await conformance({ engine: () => Promise.reject(new Error('no engine is needed')), folder: '' });
for (const { name, run } of sinkChecks(logsIngestionSink(), fixtures['sink/logs-ingestion'] as SinkFixture)) test(name, run);
