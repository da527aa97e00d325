import { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';
import { nearestText } from './nearest.ts';

type Settings = Readonly<Record<string, unknown>>;
interface WithSettings<S extends z.ZodObject> {
  readonly id: string;
  readonly settings: S;
}

interface Problem {
  /** `walk.steps`; empty for the settings as a whole. */
  readonly path: string;
  readonly reason: string;
  /** Names that are allowed where an unknown one was given. */
  readonly allowed?: readonly string[];
}

/** The SETTINGS_INVALID error of a component: the first problem in words, all in `details.problems`. */
export function settingsInvalid(address: string, problems: readonly Problem[]): ByomlError {
  const [first] = problems;
  const where = first?.path ? `setting "${first.path}"` : 'settings';
  return new ByomlError('SETTINGS_INVALID', `${address}: ${where}: ${first?.reason ?? 'invalid'}`, { details: { address, ...first, problems } });
}

export const unknownSetting = (path: string, name: string, allowed: readonly string[]): Problem => ({
  path,
  reason: `unknown${nearestText(name, allowed)}; allowed: ${allowed.length === 0 ? 'none' : allowed.join(', ')}`,
  allowed,
});

/** The names a schema allows at a path. */
function namesAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const key of path) at = unwrapped(at) instanceof z.ZodObject ? (unwrapped(at) as z.ZodObject).shape[String(key)] : undefined;
  const found = unwrapped(at);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

const wrappers = [z.ZodOptional, z.ZodDefault, z.ZodNullable, z.ZodPrefault];
function unwrapped(schema: unknown): unknown {
  let at = schema;
  while (wrappers.some((wrapper) => at instanceof wrapper)) at = (at as z.ZodOptional).unwrap();
  return at;
}

function problemsOf(schema: z.ZodType, error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path.join('.'), reason: issue.message }];
    return issue.keys.map((key) => unknownSetting([...issue.path, key].join('.'), key, namesAt(schema, issue.path)));
  });
}

/** The settings of a component from outside, checked and with their defaults. Throws SETTINGS_INVALID, which names the component, the setting and the reason. */
export function parseSettings<S extends z.ZodObject>(definition: WithSettings<S>, input: unknown, address: string = definition.id): z.output<S> {
  const parsed = definition.settings.safeParse(input);
  if (!parsed.success) throw settingsInvalid(address, problemsOf(definition.settings, parsed.error));
  return parsed.data;
}

interface WithProfiles {
  readonly id: string;
  readonly profiles?: Readonly<Record<string, Settings>> | undefined;
}

/** A named profile with `settings` laid over it, groups of settings merged. Throws PROFILE_UNKNOWN. */
export function withProfile(definition: WithProfiles, profile: string | undefined, settings: Settings, address: string = definition.id): Settings {
  if (profile === undefined) return settings;
  const profiles = definition.profiles ?? {};
  const chosen = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
  const known = Object.keys(profiles);
  if (!chosen) throw new ByomlError('PROFILE_UNKNOWN', `${address} has no profile "${profile}"; ${known.length === 0 ? 'it has none' : `there are ${known.join(', ')}`}`, { details: { address, profile, known } });
  return merged(chosen, settings);
}

const isGroup = (value: unknown): value is Settings => value !== null && typeof value === 'object' && !Array.isArray(value);

function merged(below: Settings, above: Settings): Settings {
  const result: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const under = result[name];
    result[name] = isGroup(under) && isGroup(value) ? merged(under, value) : value;
  }
  return result;
}
