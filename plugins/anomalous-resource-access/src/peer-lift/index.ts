export { peerLift } from './definition.ts';
