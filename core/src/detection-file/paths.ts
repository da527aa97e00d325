import { isAbsolute, resolve } from 'node:path';
import { mapTexts } from './secrets.ts';

type Settings = Readonly<Record<string, unknown>>;

const url = /^[a-z][a-z0-9+.-]+:\/\//iu;

/** The settings with every relative text under a key `path`, at any depth and in lists, resolved against a folder. Replace secrets first. */
export const withPaths = (settings: Settings, folder: string): Settings =>
  mapTexts(settings, (text, key) => (key === 'path' && text !== '' && !isAbsolute(text) && !url.test(text) ? resolve(folder, text) : text)) as Settings;
