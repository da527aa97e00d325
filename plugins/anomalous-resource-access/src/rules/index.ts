export { alertTable, sentinelAlert, unusualAccess } from './unusual-access/index.ts';
