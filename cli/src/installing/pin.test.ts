import { expect, test } from 'vitest';
import { parseDetection } from '@byoml/core/detection-file';
import { pinnedText, versioned } from './pin.ts';

const file = 'detections/nights.yaml';
const pin = (text: string, version = '1.0.0'): string => pinnedText(text, { file, plugin: '@acme/rare-hour', version });
const detection = (algorithm: string, more = ''): string => `version: 1
name: nights
source: { use: files/table, settings: { path: ./a.csv } }   # the file of @acme/rare-hour/rare-hour
# what scores
${algorithm}
train: { window: 30d, every: 7d }
score: { every: 1d }
budget: 5/day
calendar: { timeZone: Europe/Berlin }
${more}`;

test.each([
  ['a/b', 'a/b@1.0.0'], ['a/b:x', 'a/b@1.0.0:x'], ['@s/a/b@2.0.0', '@s/a/b@1.0.0'], ['@s/a/b@^2:x', '@s/a/b@1.0.0:x'], ['a.b_c/d-e', 'a.b_c/d-e@1.0.0'],
])('%s becomes %s', (address, expected) => {
  expect(versioned(address, '1.0.0')).toBe(expected);
});

test.each([
  ['alone', 'algorithm: "@acme/rare-hour/rare-hour"  # ours'],
  ['in single quotes', "algorithm: '@acme/rare-hour/rare-hour'"],
  ['in a flow mapping', 'algorithm: { use: "@acme/rare-hour/rare-hour", settings: { halfLife: 7d } }'],
  ['in a block', 'algorithm:\n  settings: { halfLife: 7d }   # a week\n  use: "@acme/rare-hour/rare-hour"'],
  ['with a profile', 'algorithm: "@acme/rare-hour/rare-hour:careful"'],
  ['with another version', 'algorithm: "@acme/rare-hour/rare-hour@^0.9.0"'],
])('an address %s is pinned, and nothing else changes', (_, algorithm) => {
  const text = detection(algorithm);
  const pinned = pin(text);
  expect(parseDetection(pinned, file).detection.algorithm.use).toMatch(/^@acme\/rare-hour\/rare-hour@1\.0\.0(:careful)?$/);
  expect(pinned.replace(/@1\.0\.0/u, '')).toBe(text.replace('@^0.9.0', ''));
});

test('all addresses of the plugin stay together; those of others are left alone', () => {
  const text = detection('algorithm: "@acme/rare-hour/rare-hour"', 'rules:\n  - "@acme/rare-hour/first-night"   # nights\n  - use: anomalous-resource-access/unusual-access\n');
  const { rules } = parseDetection(pin(text), file).detection;
  expect(rules.map(({ use }) => use)).toEqual(['@acme/rare-hour/first-night@1.0.0', 'anomalous-resource-access/unusual-access']);
});

test('Windows line ends and a byte order mark stay', () => {
  const text = `\uFEFF${detection('algorithm: "@acme/rare-hour/rare-hour"').replaceAll('\n', '\r\n')}`;
  expect(pin(text).replace('@1.0.0', '')).toBe(text);
});

test('an address that does not stand there as it is read is refused, not guessed', () => {
  const text = detection('algorithm: "\\x40acme/rare-hour/rare-hour"');
  expect(() => pin(text)).toThrow(expect.objectContaining({ code: 'DETECTION_INVALID', message: expect.stringContaining('@acme/rare-hour/rare-hour@1.0.0') }));
});
