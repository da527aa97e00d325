export type { ModelManifest, ModelManifestInput } from './manifest.ts';
export { openModelFolder, type OpenedFolder, type SignedFiles } from './open.ts';
export { prefixed } from './prefixed.ts';
export { writeModelFolder } from './write.ts';
export { writeSignature } from './write-signature.ts';
