import { join } from 'node:path';

const packument = /^npm\/(?:@[^/]+\/)?[^/]+$/;

/** Where an object lies in an offline bundle: at its key, as static hosting has it; a packument, under which its tarballs lie, in `index.json`. */
export const bundlePath = (folder: string, key: string): string => join(folder, ...key.split('/'), ...(packument.test(key) ? ['index.json'] : []));
