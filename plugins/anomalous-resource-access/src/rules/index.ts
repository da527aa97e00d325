export { unusualAccess } from './unusual-access/index.ts';
