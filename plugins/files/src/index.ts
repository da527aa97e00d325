import { definePlugin } from '@byoml/core';
import { tableSink } from './table-sink.ts';
import { tableSource } from './table-source.ts';

export default definePlugin({ components: [tableSource, tableSink] });
