export { alsAccess } from './definition.ts';
