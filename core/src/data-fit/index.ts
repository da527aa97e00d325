export { checkAlgorithm, type AlgorithmCheck, type Checked } from './check.ts';
export { checkDetection, type DetectionCheck } from './check-detection.ts';
export { checkManifest, type ManifestCheck } from './check-manifest.ts';
export type { ColumnFit, ColumnProblem, Dropped, Fit, Suggestion, Verdict, ViewFit } from './fit.ts';
export { distinctRows } from './profile.ts';
export { initWorkspace, type Initialised, type InitRequest } from './init.ts';
export type { Look } from './look.ts';
export type { People } from './people.ts';
