export { accessWalk } from './definition.ts';
