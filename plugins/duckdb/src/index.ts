import { definePlugin } from '@byoml/core';
import { duckdb } from './engine.ts';

export default definePlugin({ components: [duckdb] });
