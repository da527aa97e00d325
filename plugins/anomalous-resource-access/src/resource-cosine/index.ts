export { resourceCosine } from './definition.ts';
