export { incidentPicture, reportData, runPicture, type IncidentPicture, type ReportData, type RunPicture } from './report-data.ts';
