export { alertEvents, alertNamed, alertWithout, type AlertWithout } from './explain-alert.ts';
export { reportOf } from './report/report.ts';
export { loadRows, type DayRows, type DaySpan } from './rows.ts';
export { planDetection, type Plan } from './plan.ts';
export { backfill, runDue, type RunReport, type RunRequest } from './run-detection.ts';
export { progress, type Progressed } from './progress.ts';
export { openWorkspace, readDetection, type Workspace } from './workspace.ts';
export { preview, type Preview, type PreviewedDay } from './preview.ts';
export { difference, modelNamed, promote, rollbackTarget, shadow, trainNow, type ModelDifference } from './model-roles.ts';
