export { makeModelKey, readModelKey, type MadeModelKey } from './model-key-file.ts';
export { signerText } from './model-admission.ts';
export { namedTrust } from './named-trust.ts';
export { readChain } from './read-chain.ts';
export { signFolder, type SignedFolder, type SigningWith } from './sign-folder.ts';
export { verifyFolder } from './verify-folder.ts';
