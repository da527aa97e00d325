import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { accessColumns } from '../contracts/access.ts';
import { inlineView } from './inline-view.ts';
import { parseDetection } from './parse.ts';
import { detectionSchema } from './schema.ts';

const document = readFileSync(join(import.meta.dirname, '../../../docs/detections.md'), 'utf8');
const examples = [...document.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const least = 'version: 1\nname: share-access\nsource: files/table\nalgorithm: a/b\n';

const detections = examples.map((text) => parseDetection(text.startsWith('version') ? text : least + text, 'detections/share-access.yaml').detection);

test('every example of docs/detections.md is a detection, or a part of one', () => {
  expect(detections.length).toBeGreaterThan(3);
});

test('the views of docs/detections.md give what algorithms of accesses read', () => {
  const views = detections.flatMap(({ view }) => (view && !('use' in view) ? [Object.keys(inlineView(view, accessColumns).output)] : []));
  expect(views).toHaveLength(2);
  for (const columns of views) expect(columns).toEqual(expect.arrayContaining(['user', 'resource', 'day', 'count']));
});

test('docs/detections.md tells every key', () => {
  const keys = document.split('\n## ', 1)[0] ?? '';
  const told = [...keys.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
  expect(new Set(told)).toEqual(new Set(Object.keys(detectionSchema({}).shape)));
});
