import { definePlugin } from '@byoml/core';
import { logsIngestionSink } from './logs-ingestion.ts';

export default definePlugin({ components: [logsIngestionSink()] });
