export type { ModelManifest, ModelManifestInput } from './manifest.ts';
export { openModelFolder } from './open.ts';
export { prefixed } from './prefixed.ts';
export { writeModelFolder } from './write.ts';
