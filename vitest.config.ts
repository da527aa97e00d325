import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['@byoml/source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['{core,plugins/*,report,registry,cli}/src/**/*.test.ts', 'test/*.test.ts'],
    environment: 'node',
    setupFiles: ['./test/property-seed.ts'],
    pool: 'threads',
    // One worker less than cores, as vitest would have it, leaves half of a two-core machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './toolchain/summary.mjs'],
  },
});
