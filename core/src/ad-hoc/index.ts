export { explainRows, scoreFile, type ExplainingFiles, type ScoringFiles, type ScoringReport } from './score.ts';
export { Session, type ModelToAdmit, type SessionOptions } from './session.ts';
export { trainOnFiles, type TrainingFiles, type TrainingReport } from './train.ts';
export type { ExplainedRow } from '../detection/index.ts';
