export { awsCloudTrailKql } from './aws-cloudtrail.ts';
export { officeFilesKql, officeOperationsKql } from './office-activity.ts';
export { signInsKql } from './sign-ins.ts';
export { windowsFileSharesKql } from './windows-file-shares.ts';
