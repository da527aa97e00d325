import type { Detection, ParsedDetection } from './detection.ts';
import { digestOf } from './digest.ts';
import { secretFaults } from './literal-secrets.ts';
import { detectionInvalid, problemAt, problemsOf, type Problem } from './problems.ts';
import { detectionSchema } from './schema.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/**
 * A detection from the text of its file, with defaults filled in. `file` is how messages call it; its base name must be the detection's.
 * Throws DETECTION_INVALID with the place of each problem.
 */
export function parseDetection(text: string, file: string): ParsedDetection {
  const yaml = readYaml(text);
  if (yaml.faults.length > 0) throw detectionInvalid(file, yaml.faults.map(({ position, reason }) => problemAt(position, [], reason)));
  const value = withoutEmpty(yaml.value);
  const schema = detectionSchema(value);
  const parsed = schema.safeParse(value);
  const problems = [...secretProblems(yaml), ...(parsed.success ? nameProblems(yaml, parsed.data.name, file) : problemsOf(yaml, schema, parsed.error))];
  if (!parsed.success || problems.length > 0) throw detectionInvalid(file, problems);
  const { version: _, ...detection } = parsed.data;
  return {
    detection: detection satisfies Detection,
    digest: digestOf(detection),
    at(path) {
      const { line, column } = yaml.positionOf(path);
      return `${file}:${line}:${column}`;
    },
  };
}

/** A key without a value, as one whose lines are all comments, is one that is not there. */
const withoutEmpty = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null)) : value;

function nameProblems(yaml: YamlFile, name: string, file: string): readonly Problem[] {
  const base = file.split(/[/\\]/u).at(-1)?.replace(/\.ya?ml$/iu, '') ?? '';
  return base === name ? [] : [problemAt(yaml.positionOf(['name']), ['name'], `expected ${JSON.stringify(base)} as in the file's name, received ${JSON.stringify(name)}`)];
}

/** Secrets belong in settings only as references. */
const secretProblems = (yaml: YamlFile): readonly Problem[] =>
  settingsIn(yaml.value).flatMap(([path, settings]) => secretFaults(settings, path).map((fault) => problemAt(yaml.positionOf(fault.path), fault.path, fault.reason)));

type Path = ReadonlyArray<string | number>;

/** Everything in the file under a key `settings` that belongs to a component. */
function settingsIn(value: unknown, path: Path = []): ReadonlyArray<readonly [Path, unknown]> {
  if (value === null || typeof value !== 'object') return [];
  const entries: ReadonlyArray<readonly [string | number, unknown]> = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => (key === 'settings' ? [[[...path, key], inner] as const] : settingsIn(inner, [...path, key])));
}
