import { definePlugin } from '@byoml/core';
import { dataExport } from './data-export.ts';
import { tableSink } from './table-sink.ts';
import { tableSource } from './table-source.ts';

export default definePlugin({ components: [tableSource, dataExport, tableSink] });
