import { expect, test } from 'vitest';
import { html, name, prose } from './html.ts';
import { shortened, visible, visibleName } from './text.ts';

test('what is unseen or turns text around is written out', () => {
  expect(visible('photo\u202Egpj.exe')).toBe('photo‹U+202E›gpj.exe');
  expect(visible('a\u200Bb\u00A0c\nd\u{E0041}')).toBe('a‹U+200B›b‹U+00A0›c‹U+000A›d‹U+E0041›');
  expect(visible('half \uD83D')).toBe('half ‹U+D83D›');
});

test('names of any language stay as they are', () => {
  for (const text of ['Ünal Çelik', 'محمد علي', '田中 太郎', 'नमस्ते', 'Łukasz', '😀 team']) expect(visibleName(text)).toBe(text);
});

test('a name with a space at its end is not taken for the one without', () => {
  expect(visibleName('admin ')).toBe('admin␠');
  expect(visibleName('  ')).toBe('␠␠');
  expect(visibleName('')).toBe('‹empty›');
});

test('marks piled on one letter are cut', () => {
  expect(visible(`a${'\u0301'.repeat(500)}b`).length).toBeLessThan(20);
});

test('markup and quotes are text, in elements and in attributes', () => {
  expect(html`<p title="${'"><img src=x onerror=alert(1)>'}">${"</p><script>'&"}</p>`.html).toBe('<p title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">&lt;/p&gt;&lt;script&gt;&#39;&amp;</p>');
});

test('a long name keeps both ends, and the whole in its tooltip', () => {
  const long = `start${'x'.repeat(3_990)}finish`;
  const { html: markup } = name(long);
  expect(markup).toContain(`title="${long}"`);
  expect(markup).toMatch(/>start[x]+…[x]+finish<\/bdi>$/);
  expect(shortened(long, 56)).toHaveLength(56);
  expect(shortened('😀'.repeat(60), 10)).toBe(`${'😀'.repeat(6)}…${'😀'.repeat(3)}`);
});

test('a name beyond any tooltip says how much is left out', () => {
  expect(name('y'.repeat(10_000)).html).toContain('and 5904 more characters');
});

test('a sentence with an endless word stays within the page', () => {
  const { html: markup } = prose(`Somebody used ${'z'.repeat(5_000)} twice.`);
  expect(markup).toMatch(/>Somebody used z+…z+ twice\.<\/bdi>$/);
});
