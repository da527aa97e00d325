export { unusualAccess } from './definition.ts';
export { sentinelAlert } from './sentinel-alert.ts';
