import type { Conformance } from '@byoml/core/testkit';

export const conformance: Conformance = () => ({ 'engine/duckdb': {} });
