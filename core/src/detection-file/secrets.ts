import type { Secrets } from '../contracts/services.ts';

type Settings = Readonly<Record<string, unknown>>;

const reference = /\$\{secret:([A-Za-z0-9_]{1,100})\}/gu;

/** The value with every text in it, at any depth, replaced by `change`. */
export function mapTexts(value: unknown, change: (text: string, key: string | undefined) => string, key?: string): unknown {
  if (typeof value === 'string') return change(value, key);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, change, name)]));
}

/** The names in `${secret:NAME}` of all texts in the settings, each once. */
export function secretsOf(settings: Settings): readonly string[] {
  const names = new Set<string>();
  mapTexts(settings, (text) => {
    for (const [, name] of text.matchAll(reference)) names.add(name as string);
    return text;
  });
  return [...names];
}

/** The settings with every `${secret:NAME}` replaced by the secret. Never log or store the result. Throws SECRET_MISSING. */
export async function withSecrets(settings: Settings, secrets: Secrets, signal: AbortSignal): Promise<Settings> {
  const values = new Map<string, string>();
  for (const name of secretsOf(settings)) values.set(name, await secrets.get(name, signal));
  return mapTexts(settings, (text) => text.replaceAll(reference, (whole, name: string) => values.get(name) ?? whole)) as Settings;
}

/** What is left of a text without its references. */
export const withoutReferences = (text: string): string => text.replaceAll(reference, '');

/** Whether a text has something that was meant as a reference but is none. */
export const hasBadReference = (text: string): boolean => /\$\{\s*secrets?\b/iu.test(withoutReferences(text));
