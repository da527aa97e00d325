import { defineConfig } from 'vitest/config';

const conditions = ['@byoml/source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['{core,plugins/*,report,registry,cli}/src/**/*.test.ts', 'test/*.test.ts'],
    environment: 'node',
    setupFiles: ['./test/property-seed.ts'],
    pool: 'threads',
    testTimeout: 60_000,
    reporters: ['default', './toolchain/summary.mjs'],
  },
});
