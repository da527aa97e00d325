export { cellCheck, type CellCheck } from './cell-check.ts';
export { cellInvalid, nulInCell, quoted, type CellPlace } from './cell-invalid.ts';
export { planColumns, type PlannedColumn } from './column-plan.ts';
export { closestNames, columnsMissing } from './missing-columns.ts';
export { parsePath, type Step } from './path.ts';
