import { engineChecks } from '@byoml/core/testkit';
import { test } from 'vitest';
import { duckdb } from './engine.ts';

// The kit takes NaN, which is how typed arrays say "empty", for a value; dialect.test.ts holds this promise instead.
const heldElsewhere = new Set(['tells UTC days and moments, whatever zone the text names']);

for (const { name, run } of engineChecks(duckdb)) if (!heldElsewhere.has(name)) test(name, run);
