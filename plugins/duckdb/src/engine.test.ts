import { engineChecks } from '@byoml/core/testkit';
import { test } from 'vitest';
import { duckdb } from './engine.ts';

for (const { name, run } of engineChecks(duckdb)) test(name, run);
