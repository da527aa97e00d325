export { auc } from './auc.ts';
export { averagePrecision } from './average-precision.ts';
export { credentialSwap } from './credential-swap.ts';
export { holdOutPairs, type HoldOut } from './hold-out-pairs.ts';
export { pairLookup, type Pairs } from './pair-lookup.ts';
export { popularityNegatives, uniformNegatives } from './random-negatives.ts';
export { recallAt } from './recall-at.ts';
export { temporalSplit, type TemporalSplit } from './temporal-split.ts';
