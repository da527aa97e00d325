export { loadRows, type DayRows, type DaySpan } from './rows.ts';
export { planDetection, type Plan } from './plan.ts';
export { backfill, runDue, progress, type Progressed } from './run-detection.ts';
export { openWorkspace, readDetection, type Workspace } from './workspace.ts';
