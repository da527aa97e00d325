import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findings, withFields } from '../findings.test.fixture.ts';
import { typosquat } from './typosquat.ts';

const none: ReadonlyMap<string, readonly string[]> = new Map();
const publish = (name: string, taken: ReadonlyMap<string, readonly string[]> = none) => findings(typosquat, withFields({ name }), { taken });

const theirs = ['@contoso/sign-in-anomaly', '@contoso/lateral-movement', '@fabrikam-labs/beaconing', 'kerberoast-detector', '@woodgrove/share-access', '@northwind/dns-tunnel', '@example/entropy', 'impossible-travel'];
const taken = new Map(theirs.map((name) => [name, ['somebody']]));

/** Numbers from a seed: the same look-alikes in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) yield (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
}

const slips: readonly ((name: string, at: number, letter: string) => string)[] = [
  (name, at) => name.slice(0, at) + name.slice(at + 1),
  (name, at, letter) => name.slice(0, at) + letter + name.slice(at),
  (name, at, letter) => name.slice(0, at) + letter + name.slice(at + 1),
  (name, at) => name.slice(0, at) + (name[at] ?? '') + name.slice(at),
  (name, at) => name.slice(0, at) + (name[at + 1] ?? '') + (name[at] ?? '') + name.slice(at + 2),
  (name) => name.replaceAll('-', ''),
  (name) => name.replaceAll('-', '_'),
  (name) => name.replace('-', '.'),
  (name) => name.replace('o', '0').replace('l', '1'),
  (name) => name.replaceAll('e', '3').replaceAll('i', '1'),
  (name) => name.replace('m', 'rn').replace('w', 'vv'),
  (name) => name.replace('a', 'а').replace('e', 'е'),
  (name) => name.toUpperCase(),
  (name) => `${name}-`,
];

/** 200 names that a person would take for one of theirs: a slip in the name, or in the scope. */
function lookAlikes(): readonly string[] {
  const draw = numbers(7);
  const made = new Set<string>();
  for (let turn = 0; made.size < 200; turn++) {
    const name = theirs[turn % theirs.length] ?? '';
    const slash = name.indexOf('/');
    const scope = name.slice(0, slash + 1);
    const slip = slips[draw.next().value % slips.length];
    const letter = String.fromCharCode(97 + (draw.next().value % 26));
    const inScope = scope.length > 7 && draw.next().value % 4 === 0;
    const part = inScope ? scope.slice(1, -1) : name.slice(slash + 1);
    const changed = slip?.(part, draw.next().value % (part.length - 1), letter) ?? part;
    const alike = inScope ? `@${changed}/${name.slice(slash + 1)}` : scope + changed;
    if (!taken.has(alike)) made.add(alike);
  }
  return [...made];
}

test('of 200 generated look-alikes none passes', async () => {
  const alike = lookAlikes();
  const passed: string[] = [];
  for (const name of alike) if ((await publish(name, taken)).length !== 1) passed.push(name);
  expect([alike.length, passed]).toEqual([200, []]);
});

describe('names of the first party', () => {
  test.each(['@by0ml/files', '@byom1/duckdb', '@bymol/files', '@byomll/core', '@byo-ml/core', '@BYOML/core', 'byoml-files', 'byoml.duckdb', '@byoml-files/files', 'anomalous-resource-acess', 'anomalous_resource_access', 'duckbd', 'by0ml', '@byоml/core'])('%s is refused or held', async (name) => {
    expect(await publish(name)).toHaveLength(1);
  });

  test('are theirs to publish', async () => {
    expect(await publish('@byoml/files')).toEqual([]);
    expect(await publish('@byoml/brand-new')).toEqual([]);
  });
});

test('what looks the same is refused; what is one letter off is held for a person', async () => {
  expect(await publish('@c0ntoso/sign-in-anomaly', taken)).toEqual([expect.stringMatching(/^package\.json: .*"@contoso\//)]);
  expect(await publish('impossible-trave', taken)).toEqual([expect.stringMatching(/^\? package\.json: .*one letter from "impossible-travel"/)]);
});

test('honest names pass: at most one in a hundred is even held', async () => {
  const words = ['sign-in', 'dns', 'beacon', 'share', 'process', 'registry', 'cloud', 'token', 'mail', 'travel', 'endpoint', 'identity', 'network', 'lateral', 'privilege', 'exfil', 'logon', 'service', 'device', 'session'];
  const endings = ['drift', 'novelty', 'forest', 'baseline', 'graph', 'rarity', 'sequence', 'cluster', 'score', 'watch'];
  const honest = words.flatMap((word, index) => endings.map((ending) => `@team-${words[(index * 7) % words.length]}/${word}-${ending}`));
  const others = new Map([...honest.map((name): [string, string[]] => [name, ['somebody']]), ...taken]);
  const unscoped = ['isolation-forest', 'hbos', 'ecod', 'autoencoder', 'peer-groups', 'sentinel-parsers', 'kql-templates', 'onnx-models', 'azure-logs', 'duckdb-extensions', 'spark-jobs', 'file-watcher', 'report-pdf', 'core-js', 'client', 'filter', 'behaviours-kit', 'defender-events', 'entra-sign-ins', 'office-activity'];
  const mine = [...honest.map((name) => name.replace('@team-', '@my-').replace('-', '-new-')), ...unscoped, ...theirs.map((name) => `${name.replace(/^@\w+/, '@author')}-plus`)];
  let held = 0;
  for (const name of mine) held += (await publish(name, others)).length;
  expect([mine.length, held <= 2]).toEqual([228, true]);
});

test('only new names are looked at, and an author may have names that are alike', async () => {
  const own = new Map([['@author/travel-one', ['author']], ['@author/travel-two', ['author', 'other']]]);
  expect(await publish('@author/travel-onee', own)).toEqual([]);
  expect(await publish('@author/travel-one', own)).toEqual([]);
  expect(await publish('@author/travel-ones', new Map([['@author/travel-one', ['other']]]))).toHaveLength(1);
});

test('names that were withdrawn still count', async () => {
  expect(await publish('impossible-traveI', new Map([['impossible-travel', []]]))).toHaveLength(1);
});

test('short names are compared as a whole', async () => {
  const short = new Map(['hbos', '@abc/x'].map((name) => [name, ['somebody']]));
  expect(await publish('hbo', short)).toEqual([]);
  expect(await publish('@abd/x', short)).toEqual([]);
  expect(await publish('h-b-0-s', short)).toHaveLength(1);
});

describe('a scope', () => {
  const scopes = new Map([['@contoso/sign-in-anomaly', ['contoso']], ['@contoso/odd', ['mallory']], ['@gone/one', []], ['@gone/two', []], ['impossible-travel', ['somebody']]]);
  const by = (publisher: string, name: string) => findings(typosquat, withFields({ name }), { taken: scopes, publisher });

  test('belongs to the owners of its first name: a person decides about what others put into it', async () => {
    expect(await by('contoso', '@contoso/brand-new')).toEqual([]);
    for (const publisher of ['mallory', 'author']) expect(await by(publisher, '@contoso/brand-new')).toEqual([expect.stringMatching(/^\? package\.json: .*scope "@contoso" belongs to somebody else/)]);
    expect(await by('author', '@gone/three')).toHaveLength(1);
    expect(await by('author', '@contoso-like/brand-new')).toEqual([]);
  });

  test('that is left out, or put in front of a bare name, is held for a person', async () => {
    expect(await by('author', 'sign-in-anomaly')).toEqual([expect.stringMatching(/^\? .*"@contoso\/sign-in-anomaly"/)]);
    expect(await by('author', '@author/impossible_travel')).toEqual([expect.stringMatching(/^\? .*"impossible-travel"/)]);
    expect(await by('author', '@author/sign-in-anomaly')).toEqual([]);
    expect(await by('author', 'odd')).toEqual([]);
  });
});

test('among many names it finds what it finds beside one of them alone', async () => {
  const part = fc.array(fc.constantFrom('a', 'l', '1', 'm', 'rn', 'o', '0', '-', 'é'), { minLength: 4, maxLength: 7 }).map((letters) => letters.join(''));
  const scoped = fc.tuple(fc.constantFrom('@alma-l', '@a1ma-1', '@alma-ll', '@omaha', '@byoml'), part).map((parts) => parts.join('/'));
  const name = fc.oneof(part, scoped, fc.tuple(fc.constantFrom('almal', 'byoml'), part).map((parts) => parts.join('-')));
  const worst = (found: readonly string[]): number => Math.max(0, ...found.map((text) => (text.startsWith('?') ? 1 : 2)));
  await fc.assert(
    fc.asyncProperty(name, fc.uniqueArray(name, { minLength: 1, maxLength: 30 }), async (mine, others) => {
      fc.pre(!others.includes(mine));
      const names = new Map(others.map((other) => [other, ['somebody']]));
      const alone = await Promise.all(others.map(async (other) => worst(await publish(mine, new Map([[other, ['somebody']]])))));
      expect(worst(await publish(mine, names))).toBe(Math.max(...alone));
    }),
    { numRuns: 300 },
  );
});

test('names that are taken later count too', async () => {
  const growing = new Map<string, readonly string[]>();
  expect(await publish('@alma/sign-in-anomaly', growing)).toEqual([]);
  growing.set('@contoso/unrelated', ['somebody']);
  expect(await publish('@contos0/sign-in-anomaly', growing)).toHaveLength(1);
  growing.set('@alrna/sign-in-anomaly', ['somebody']);
  expect(await publish('@alma/sign-in-anomaly', growing)).toHaveLength(1);
});
