import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByomlError } from '@byoml/core';

/** Where the parts of a folder registry lie: what is served, and the keys, which never are. */
export interface Places {
  readonly data: string;
  readonly keys: string;
}

export const placesOf = (root: string): Places => ({ data: join(resolve(root), 'data'), keys: join(resolve(root), 'keys') });

/** Throws FILE_MISSING unless the folder holds a registry. */
export async function refuseMissing(root: string): Promise<Places> {
  const places = placesOf(root);
  await access(places.data).catch((thrown: unknown) => {
    throw new ByomlError('FILE_MISSING', `${root}: there is no registry; \`byoml registry serve --root DIR\` makes one`, { cause: thrown, details: { root } });
  });
  return places;
}
