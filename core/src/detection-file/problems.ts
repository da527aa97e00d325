import { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';
import { nearestText } from '../plugins/nearest.ts';
import { shown } from './literal-secrets.ts';
import type { Path, Position, YamlFile } from './yaml-file.ts';

/** What is wrong with one place of a detection file. */
export interface Problem extends Position {
  /** `filters.0.notMatching`; empty for the file as a whole. */
  readonly path: string;
  readonly reason: string;
}

const mostProblems = 50;

/** DETECTION_INVALID: the first problem in words, all in `details.problems`, in the order of the file. */
export function detectionInvalid(file: string, problems: readonly Problem[]): ByomlError {
  const ordered = [...problems].sort((a, b) => a.line - b.line || a.column - b.column).slice(0, mostProblems);
  const { line, column, path, reason } = ordered[0] ?? { line: 1, column: 1, path: '', reason: 'invalid' };
  const others = problems.length > 1 ? ` (and ${problems.length > mostProblems ? 'many' : problems.length - 1} more)` : '';
  return new ByomlError('DETECTION_INVALID', `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${reason}${others}`, { details: { file, line, column, path, problems: ordered } });
}

export const problemAt = (position: Position, path: Path, reason: string): Problem => ({ ...position, path: path.join('.').slice(0, 200), reason });

/** What a schema found wrong with a file, in words and with places; of many, some more than are told. */
export const problemsOf = (yaml: YamlFile, schema: z.ZodType, error: z.ZodError): readonly Problem[] =>
  error.issues.slice(0, 2 * mostProblems).flatMap((issue) => {
    const path = written(yaml.value, issue.path as Path);
    if (issue.code !== 'unrecognized_keys') return [problemAt(yaml.positionOf(path), path, reasonOf(issue, valueAt(yaml.value, path), String(path.at(-1) ?? '')))];
    const allowed = namesAt(schema, path);
    return issue.keys.slice(0, 2 * mostProblems).map((key) => problemAt(yaml.keyPositionOf([...path, key]), [...path, key], `unknown key${nearestText(key, allowed)}; allowed: ${allowed.join(', ')}`));
  });

/** A component given by its address alone has no key `use` in the file. */
const written = (value: unknown, path: Path): Path => (path.at(-1) === 'use' && typeof valueAt(value, path.slice(0, -1)) === 'string' ? path.slice(0, -1) : path);

const words: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', boolean: 'true or false', array: 'a list', object: 'a mapping', record: 'a mapping' };

function reasonOf(issue: z.core.$ZodIssue, value: unknown, key: string): string {
  const more = issue.code === 'custom' ? String(issue.params?.['more'] ?? '') : '';
  return `${expectedBy(issue)}, received ${shown(value, key)}${more}`;
}

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected')) return issue.message;
  if (issue.code === 'invalid_type') return `expected ${words[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(', ').replace(/, ([^,]*)$/u, ' or $1')}`;
  if (issue.code === 'too_big') return `expected at most ${issue.maximum} characters`;
  return `expected another value (${issue.message})`;
}

const valueAt = (value: unknown, path: Path): unknown => path.reduce<unknown>((at, step) => (at !== null && typeof at === 'object' && Object.hasOwn(at, step) ? (at as Record<string | number, unknown>)[step] : undefined), value);

/** The names that the mapping at a path may have. */
function namesAt(schema: unknown, path: Path): readonly string[] {
  let at = plain(schema);
  for (const step of path) at = plain(at instanceof z.ZodArray ? at.element : at instanceof z.ZodObject ? (at.shape as Record<string, unknown>)[step] : undefined);
  return at instanceof z.ZodObject ? Object.keys(at.shape as object) : [];
}

/** A schema without what is wrapped around it. */
function plain(schema: unknown): unknown {
  let at = schema;
  for (;;) {
    if (at instanceof z.ZodOptional || at instanceof z.ZodNullable || at instanceof z.ZodPrefault || at instanceof z.ZodDefault) at = at.unwrap();
    else if (at instanceof z.ZodPipe) at = at.in instanceof z.ZodTransform ? at.out : at.in;
    else return at;
  }
}
