export { unusualAccess } from './definition.ts';
export { alertTable } from './kql.ts';
export { sentinelAlert } from './sentinel-alert.ts';
