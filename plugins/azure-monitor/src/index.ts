import { definePlugin } from '@byoml/core';
import { logsIngestionSink } from './logs-ingestion.ts';
import { logsQuerySource } from './logs-query.ts';

export default definePlugin({ components: [logsIngestionSink(), logsQuerySource()] });
