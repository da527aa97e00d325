import assert from 'node:assert/strict';
import { z } from 'zod';
import { check, type Check } from './check.ts';

interface Described {
  readonly id: string;
  readonly summary: string;
  readonly settings: z.ZodObject;
}

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

function* undescribed(schema: Schema, path = ''): Iterable<string> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (!field.description?.trim()) yield `${path}${name}`;
    yield* undescribed(field, `${path}${name}.`);
  }
  for (const part of [schema.items, ...(schema.anyOf ?? [])]) if (part) yield* undescribed(part, path);
}

/** What every definition promises about its own description; `settings` are valid ones. */
export function* descriptionChecks({ id, summary, settings }: Described, valid: object = {}): Iterable<Check> {
  yield check('has an id of lower-case words and a summary of one line', () => {
    assert.match(id, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, `id "${id}"`);
    assert.match(summary, /^\S.{0,118}\S$/u, `summary of ${id}: 2 to 120 characters on one line`);
  });
  yield check('describes every setting', () => {
    const schema = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as Schema;
    assert.deepEqual([...undescribed(schema)], [], 'settings without .describe()');
  });
  yield check('accepts valid settings and refuses unknown ones', () => {
    settings.parse(valid);
    const unknown = settings.safeParse({ ...valid, 'no-such-setting': 1 });
    assert.ok(!unknown.success, 'an unknown setting must be refused: use z.strictObject');
  });
}
