import { describe, expect, test } from 'vitest';
import { findings, libraryOf, withFields, withFiles, withManifest } from '../findings.test.fixture.ts';
import { sampleFiles } from '../sample-package.ts';
import { sourceHygiene } from './source-hygiene.ts';

const inCode = (text: string) => findings(sourceHygiene, withFiles({ 'dist/score.js': text }));
const inProse = (text: string) => findings(sourceHygiene, withFiles({ 'README.md': text }));
/** The files with every character of their JSON outside ASCII written as an escape. */
const inJson = (files: Readonly<Record<string, string | Uint8Array>>) => findings(sourceHygiene, Object.fromEntries(Object.entries(files).map(([path, text]) => [path, path.endsWith('.json') ? String(text).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : text])));
const shifted = (text: string) => Array.from(text, (character) => String.fromCodePoint(0xe0100 + (character.codePointAt(0) ?? 0))).join('');

test('honest text in many scripts is accepted', async () => {
  expect(await findings(sourceHygiene, sampleFiles())).toEqual([]);
  const prose = 'Größe, café, Ελληνικά, Русский, 日本語 葛\u{E0100}, עברית\u200F, نمی\u200Cخواهم, क्\u200Dष, ✔️ ⚡️️ ☎︎ 1️⃣ 👩‍💻 👨‍👩‍👧 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽 🇪🇺, co\u00ADoperate\r\n\ttabs';
  expect(await inProse(prose)).toEqual([]);
  expect(await inCode(`\uFEFF// ${prose.replaceAll(/[\u200F\u00AD]/g, '')}\nexport const hidden = /[\\u200b\\u202e]/;\n`)).toEqual([]);
});

describe('what hides what a program says', () => {
  test.each([
    ['a bidirectional override', 'a\u202Eb', '202E'], ['a bidirectional isolate', 'a\u2066b', '2066'], ['a zero-width space', 'a\u200Bb', '200B'], ['a word joiner', 'a\u2060b', '2060'], ['a byte-order mark inside', 'a\uFEFFb', 'FEFF'],
    ['a joiner between letters', 'a\u200Db', '200D'], ['a run of joiners', 'क\u200D\u200C\u200D', '200D'], ['a variation selector after a letter', 'a\uFE0F', 'FE0F'], ['a variation selector after a digit', '1\uFE0E', 'FE0E'],
    ['a tag character', 'a\u{E0041}', 'E0041'], ['a private-use character', 'a\uE000', 'E000'], ['one of another plane', 'a\u{100000}', '100000'], ['an invisible letter', 'const \u3164 = 1', '3164'],
    ['an escape for terminals', '\u001b[2K', '1B'], ['a C1 control', '\u009b2K', '9B'],
  ])('%s is refused in code and in prose, with its place', async (_, text, code) => {
    expect(await inCode(`const x = 1;\n\n/* ${text} */\n`)).toEqual([expect.stringMatching(new RegExp(`^dist/score\\.js:3: .*U\\+0*${code}`))]);
    expect(await inProse(text)).toEqual([expect.stringContaining('README.md:1: ')]);
  });

  test('a program in variation selectors, as GlassWorm had it', async () => {
    expect(await inCode(`eval(decode(\`${shifted('payload')}\`))`)).toEqual(expect.arrayContaining([expect.stringContaining('hidden data in variation selectors')]));
    expect(await inProse(`😀${shifted('payload')}`)).toEqual(expect.arrayContaining([expect.stringContaining('hidden data in variation selectors')]));
  });

  test('an escape in what clients print, which programs may have', async () => {
    for (const text of ['\u001b[2J', '\u009b2K', 'user\u202Etxt', 'a\u200Bb']) {
      for (const place of [{ description: text }, { author: { [text]: 'x' } }, { keywords: ['byoml-plugin', text] }])
        expect(await inJson(withFields(place))).toEqual([expect.stringMatching(/^package\.json(?::\d+)?: it contains/)]);
      expect(await inJson(withManifest({ capabilities: { hosts: [text] } }))).toEqual([expect.stringMatching(/^byoml\.plugin\.json(?::\d+)?: it contains/)]);
    }
    expect(await inJson(withFields({ description: 'Zeile\n\u05e2\u05d1\u200F caf\u00e9 ⚡️' }))).toEqual([]);
    expect(await inCode("export const escape = '\\u001b[2J';\n")).toEqual([]);
    expect(await inJson(withFiles({ 'package.json': '['.repeat(200_000) + '"\\u202e"' + ']'.repeat(200_000) }))).toHaveLength(1);
  });

  test('marks that only prose needs', async () => {
    expect(await inCode('const a\u200F = 1')).toHaveLength(1);
    expect(await inCode('const a\u00AD = 1')).toHaveLength(1);
  });

  test('a library with such characters in its tables is held for a person, unless they turn text around', async () => {
    expect(await findings(sourceHygiene, libraryOf({ 'dist/score.js': "const invisible = '\u200B';" }))).toEqual([expect.stringMatching(/^\? dist/)]);
    expect(await findings(sourceHygiene, libraryOf({ 'dist/score.js': '/* \u202E */' }))).toEqual([expect.stringMatching(/^dist/)]);
    expect(await findings(sourceHygiene, libraryOf({ 'dist/score.js': `'${shifted('abc')}'` }))).toEqual(expect.arrayContaining([expect.stringMatching(/^dist.*hidden data/)]));
  });

  test('a program that is no UTF-8; pictures may be what they are', async () => {
    expect(await findings(sourceHygiene, withFiles({ 'dist/score.js': Buffer.from([0x61, 0xff]), 'logo.png': Buffer.from([0x89, 0x50, 0, 0xff]) }))).toEqual([expect.stringContaining('dist/score.js: it is not UTF-8')]);
    expect(await findings(sourceHygiene, withFiles({ 'dist/score.js': '\0\u202E' }))).not.toEqual([]);
  });
});

const base64 = 'q8Zt3Lw0VbN7xKc5JdRfYh2MgTaPsUeQ1oWi9GvXnBk6CzDyHrElFjSmAuIp4O';
describe('secrets', () => {
  test.each([
    ['a private key', `-----BEGIN RSA PRIVATE KEY-----\nMIIEow${base64}`], ['a private key', `"-----BEGIN PRIVATE KEY-----\\nMIIEow${base64}"`], ['an npm token', `npm_${base64.slice(0, 36)}`], ['a GitHub token', `ghp_${base64.slice(0, 36)}`],
    ['a GitHub token', `github_pat_${base64}_${base64}`], ['a GitLab token', `glpat-${base64.slice(0, 20)}`], ['an AWS access key', 'AKIAQ7ZTLW3VBN2XKC5J'], ['an Azure access key', `Endpoint=sb://x;SharedAccessKey=${base64.slice(0, 43)}=`],
    ['an Azure access key', `AccountKey=${base64}${base64.slice(0, 24)}==`], ['an Azure shared access signature', `?sv=2024&sig=${base64.slice(0, 43)}%3D`], ['an Azure client secret', `Zt3${'8Q~'}${base64.slice(0, 34)}`],
    ['a Google key', `AIza${base64.slice(0, 35)}`], ['a Slack token', `xoxb-${base64.slice(0, 30)}`],
  ])('%s is refused and never repeated: %#', async (what, secret) => {
    const found = await inCode(`const value = 1;\n// ${secret}\n`);
    expect(found).toEqual([expect.stringContaining(`dist/score.js:2: it contains ${what}`)]);
    expect(found.join()).not.toContain(base64.slice(0, 12));
    expect(await findings(sourceHygiene, withFiles({ '.env': secret }))).toHaveLength(1);
  });

  test('a random text that is called a secret, and a web token, are held for a person', async () => {
    expect(await inCode(`const apiKey = '${base64.slice(0, 32)}';`)).toEqual([expect.stringMatching(/^\? dist\/score\.js:1: it contains a random text/)]);
    expect(await inCode(`{"client_secret": "${base64.slice(0, 40)}"}`)).toHaveLength(1);
    expect(await inCode(`eyJ${base64.slice(0, 20)}.eyJ${base64}.${base64}`)).toEqual([expect.stringMatching(/^\? .*web token/)]);
  });

  test.each([
    'const token = process.env.TOKEN;', "secret: 'the name of a secret in the vault'", "password: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxx'", 'SharedAccessKey=<key>', 'AKIAIOSFODNN7EXAMPLE', '-----BEGIN PRIVATE KEY----- … -----END PRIVATE KEY-----',
    'npm_000000000000000000000000000000000000', "const tokenKind = 'CommonTableExpressionToken';", 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', `integrity: 'sha512-${base64}'`,
  ])('%s is none', async (text) => {
    expect(await inCode(text)).toEqual([]);
  });

  test('a text made to be slow is read in time', async () => {
    const slow = ['eyJ'.repeat(200_000), `-----BEGIN ${'A '.repeat(200_000)}`, `token = '${'a'.repeat(500_000)}`, '?sig='.repeat(100_000), '\u200D'.repeat(100_000), '😀\u200D'.repeat(100_000)];
    const started = performance.now();
    for (const text of slow) await inProse(text);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
