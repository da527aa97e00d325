import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Columns } from '../contracts/columns.ts';
import type { RuleTemplateDefinition } from '../contracts/define.ts';
import { severities, type Alert } from '../contracts/rule.ts';
import { check, type Check } from './check.ts';
import { descriptionChecks } from './description.ts';
import { parseRows, type Cells, type InputRow } from './table.ts';

/** Tables of scored rows; each must make the rule fire, or leave it silent (after ESLint's RuleTester: both sides are required). */
export interface RuleTemplateFixture<In extends Columns = any> {
  readonly settings?: object;
  readonly fires: ReadonlyArray<ReadonlyArray<InputRow<In>>>;
  readonly silent: ReadonlyArray<ReadonlyArray<InputRow<In>>>;
}

const technique = /^T\d{4}(\.\d{3})?$/;

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) for (const held of Object.values(Object.freeze(value))) frozen(held);
  return value;
}

function* once<T>(rows: readonly T[]): Iterable<T> {
  yield* rows;
}

function assertAlert({ severity, title, message, entities, score }: Alert): void {
  assert.ok(severities.includes(severity), `severity "${severity}"`);
  for (const text of [title, message]) assert.match(text, /^\S.*$/, 'title and message are one line each');
  assert.ok(Object.keys(entities).length > 0, 'an alert names an entity');
  for (const [type, entity] of Object.entries(entities)) assert.ok(typeof entity === 'string' && entity.length > 0, `entity "${type}"`);
  assert.ok(Number.isFinite(score), `score ${score}`);
}

/** Every promise of the rule template contract. */
export function* ruleTemplateChecks<In extends Columns>(definition: RuleTemplateDefinition<any, In>, fixture: RuleTemplateFixture<In>): Iterable<Check> {
  const settings = z.parse(definition.settings, fixture.settings ?? {});
  const tables = (examples: RuleTemplateFixture['fires']): Cells[][] => examples.map((rows) => parseRows(definition.columns, rows));
  const [fires, silent] = [tables(fixture.fires), tables(fixture.silent)];
  const alerts = (rows: readonly Cells[]): Alert[] => [...definition.create(settings)(once(rows) as never)];
  const all = [...fires, ...silent];

  yield* descriptionChecks(definition, fixture.settings);
  yield check('has examples that fire and examples that stay silent, each once', () => {
    assert.ok(fires.length > 0 && silent.length > 0, 'both kinds are required');
    assert.equal(new Set(all.map((rows) => JSON.stringify(rows))).size, all.length, 'an example is there twice');
  });
  yield check('fires on every example that should alert', () => {
    fires.forEach((rows, i) => assert.ok(alerts(rows).length > 0, `example ${i + 1} of \`fires\``));
  });
  yield check('stays silent on every example that should not', () => {
    silent.forEach((rows, i) => assert.deepEqual(alerts(rows), [], `example ${i + 1} of \`silent\``));
  });
  yield check('says nothing of no rows', () => assert.deepEqual(alerts([]), []));
  yield check('alerts with severity, title, message, entities and a finite score', () => all.flatMap(alerts).forEach(assertAlert));
  yield check('is pure: same rows, same alerts, input untouched', () => {
    const rule = definition.create(settings);
    for (const rows of all) {
      const untouched = frozen(structuredClone(rows));
      const expected = alerts(rows);
      assert.deepEqual([...rule(untouched as never)], expected);
      assert.deepEqual([...rule(untouched as never)], expected, 'the second time');
    }
  });
  yield check('names ATT&CK techniques', () => {
    assert.ok(definition.attack.length > 0, 'at least one');
    for (const id of definition.attack) assert.match(id, technique);
    assert.equal(new Set(definition.attack).size, definition.attack.length, 'a technique is there twice');
  });
  yield check('says what it takes for an attack and what it misses', () => {
    assert.match(definition.title, /^\S.*$/, 'title');
    for (const name of ['falsePositives', 'blindSpots'] as const) {
      assert.ok(definition[name].length > 0, `${name} is empty`);
      for (const text of definition[name]) assert.match(text, /\S/, name);
    }
  });
  if (definition.kql)
    yield check('renders the same query from the same settings', () => {
      const query = definition.kql?.(settings) ?? '';
      assert.match(query, /\S/, 'the query is empty');
      assert.equal(definition.kql?.(settings), query);
    });
}
