export { cloudtrailApiCalls, sentinelCloudtrailApiCalls } from './cloudtrail-api-calls.ts';
export { officeFiles } from './office-files.ts';
export { officeOperations } from './office-operations.ts';
export { signIns } from './sign-ins.ts';
export { windowsFileShares } from './windows-file-shares.ts';
