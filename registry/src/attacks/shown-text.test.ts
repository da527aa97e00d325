import { describe, expect, test } from 'vitest';
import { guarded, publishCrafted, refusedBy, type Crafted } from './attack.test.fixture.ts';
import { Rig } from '../server/registry.test.fixture.ts';

const escapes = { 'a cursor move': '\u001b[2J\u001b[1;1H', 'a link for terminals': '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007', 'a C1 control': '\u009b2K', 'a bidirectional override': 'user\u202Etxt.exe', 'a zero-width space': 'by\u200Boml' } as const;
/** What no answer may have in a text that people read. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const unprintable = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200B\u202A-\u202E\u2066-\u2069]/u;

/** Every text in a value, keys too. */
function* textsIn(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) yield* [key, ...textsIn(inner)];
}

describe('attack 24: what is shown does more than be read', () => {
  test.each(Object.entries(escapes))('%s in the README, as a character or as an escape in what is told about the package, is refused', async (_, text) => {
    const places: readonly Crafted[] = [
      { files: { 'README.md': `# Quiet\n${text}\n` } },
      { fields: { description: text } },
      { fields: { keywords: ['byoml-plugin', text] } },
      { fields: { author: { name: text } } },
      { fields: { homepage: `https://x.example/${text}` } },
      { manifest: { components: [{ kind: 'sink', id: 'x', summary: text, settings: { type: 'object', properties: {} }, input: { type: 'object', properties: {} } }] } },
    ];
    await using rig = await guarded();
    for (const place of places) {
      const response = await publishCrafted(rig, place);
      expect([response.statusCode, response.json()]).toEqual([422, refusedBy('source-hygiene')]);
    }
    expect((await rig.ask('GET', '/-/v1/search?text=')).json()).toMatchObject({ total: 0 });
  });

  test('a script in a description is data: as JSON, which no browser runs', async () => {
    const description = '<script>alert(1)</script><img src=x onerror=alert(1)>';
    await using rig = await guarded();
    expect((await publishCrafted(rig, { fields: { description }, files: { 'README.md': `# Quiet\n${description}\n` } })).statusCode).toBe(201);
    for (const address of ['/@acme/quiet-hours', '/@acme/quiet-hours/1.0.0', '/-/v1/search?text=quiet', '/v1/log/000001.jsonl']) {
      const { headers } = await rig.ask('GET', address);
      expect(headers).toMatchObject({ 'content-type': expect.stringMatching(/^application\/json/), 'x-content-type-options': 'nosniff', 'content-security-policy': expect.stringMatching(/default-src 'none'.*sandbox/) });
    }
    expect((await rig.ask('GET', '/@acme/quiet-hours')).json<{ readme?: string }>()).not.toHaveProperty('readme');
  });

  test.each(Object.entries(escapes))('a refusal repeats %s of the request only in words', async (_, text) => {
    await using rig = await Rig.open();
    await rig.publish();
    const answers = [
      await rig.ask('GET', `/${encodeURIComponent(text)}`),
      await rig.ask('GET', `/@acme/odd/${encodeURIComponent(text)}`),
      await rig.ask('GET', `/@acme/odd/-/${encodeURIComponent(text)}`),
      await rig.ask('GET', `/v1/${encodeURIComponent(text)}`),
      await rig.ask('GET', `/nothing/at/all/${encodeURIComponent(text)}`),
      await rig.ask('GET', `/-/v1/search?size=${encodeURIComponent(text)}`),
      await rig.ask('PUT', '/@acme%2fodd', { by: 'author', body: { name: '@acme/odd', versions: { [text]: 1 }, _attachments: { [text]: 1 } } }),
      await rig.ask('PUT', '/@acme%2fodd', { by: 'author', body: { name: '@acme/odd', versions: { [text]: { name: '@acme/odd', version: text } }, _attachments: { 'x.tgz': { data: '' } } } }),
      await rig.ask('PUT', `/-/package/@acme%2fodd/dist-tags/${encodeURIComponent(text)}`, { by: 'author', body: '1.0.0' }),
      await rig.ask('PUT', '/-/package/@acme%2fodd/dist-tags/old', { by: 'author', body: text }),
      await rig.ask('PUT', `/-/user/org.couchdb.user:${encodeURIComponent(text)}`, { body: { name: text, password: 'correct horse' } }),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect([...textsIn(answer.json())].filter((each) => unprintable.test(each))).toEqual([]);
      expect(answer.statusMessage).not.toMatch(unprintable);
    }
  });

  test.each(Object.entries(escapes))('a deprecation, which npm prints at every install, has no %s', async (_, text) => {
    await using rig = await Rig.open();
    await rig.publish();
    await rig.ask('PUT', '/@acme%2fodd', { by: 'author', body: { versions: { '1.0.0': { deprecated: `Old. ${text}` } } } });
    expect([...textsIn((await rig.ask('GET', '/@acme/odd')).json())].filter((each) => unprintable.test(each))).toEqual([]);
  });
});
