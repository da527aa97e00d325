import type { WorstMiss } from './worst-miss.ts';

/** What `byoml demo --json` prints. */
export interface DemoDocument {
  readonly seconds: number;
  readonly events: number;
  readonly candidates: number;
  readonly dataDir: string;
  readonly truth: string;
  readonly queue: ReadonlyArray<{
    readonly day: string; readonly rank: number; readonly entity: string; readonly kind: 'account' | 'source';
    readonly users: readonly string[]; readonly sourceHosts: readonly string[]; readonly resources: readonly string[];
    readonly surprise: number; readonly oneIn: number; readonly sentence: string;
  }>;
  readonly campaigns: { readonly planted: number; readonly found: number; readonly chance: number };
  readonly worstMiss: WorstMiss | null;
  readonly report: string;
}
