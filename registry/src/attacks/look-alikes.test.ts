import { describe, expect, test } from 'vitest';
import { Rig } from '../server/registry.test.fixture.ts';
import type { Admit } from '../server/admit.ts';
import { admittingWithout, guarded, publishCrafted } from './attack.test.fixture.ts';

const taken = ['@contoso/sign-in-anomaly', '@contoso/lateral-movement', '@fabrikam-labs/beacon-finder', 'kerberoast-detector', '@woodgrove/share-access', '@northwind/dns-tunnel', 'impossible-travel', '@adatum/token-replay', '@litware/service-drift', '@proseware/mailbox-rules'];

/** In characters that a name may have: others are refused with the name. */
const homoglyphs: readonly (readonly [string, string])[] = [['o', '0'], ['l', '1'], ['i', 'l'], ['e', '3'], ['a', '4'], ['s', '5'], ['t', '7'], ['m', 'rn'], ['w', 'vv']];

/** A slip of the hand at a place that is not the first or the last letter, nor a separator. */
function edits(name: string): readonly string[] {
  const base = name.slice(name.indexOf('/') + 1);
  const scope = name.slice(0, name.length - base.length);
  const at = [2, 4, 7].filter((place) => base[place] !== '-' && base[place + 1] !== '-' && base[place] !== base[place + 1]);
  return at.flatMap((place) => [
    base.slice(0, place) + base.slice(place + 1),
    base.slice(0, place) + (base[place] ?? '') + base.slice(place),
    `${base.slice(0, place)}x${base.slice(place + 1)}`,
    base.slice(0, place) + (base[place + 1] ?? '') + (base[place] ?? '') + base.slice(place + 2),
  ]).map((changed) => scope + changed);
}

const glyphs = (name: string): readonly string[] => homoglyphs.filter(([from]) => name.includes(from, 1)).map(([from, to]) => name.slice(0, 1) + name.slice(1).replace(from, to));

const separators = (name: string): readonly string[] => {
  const slash = name.indexOf('/') + 1;
  return ['', '_', '.', '--'].map((between) => name.slice(0, slash) + name.slice(slash).replaceAll('-', between));
};

/** The scope is left out, glued on, misspelt, or is that of somebody else. */
function scopes(name: string): readonly string[] {
  if (!name.startsWith('@')) return [`@mallory/${name}`, `@mallory/${name.replaceAll('-', '')}`];
  const [scope = '', base = ''] = name.slice(1).split('/');
  return [base, `${scope}-${base}`, `${scope}.${base}`, `@${scope}-${base}/plugin`, `@${scope}s/${base}`, `@${scope.slice(0, -1)}/${base}`, `@${scope.replace('o', '0')}/${base}`, `@${scope}/updates`];
}

/** Two hundred, evenly of every kind and of every name. */
function lookAlikes(): readonly string[] {
  const kinds = [edits, glyphs, separators, scopes].map((kind) => taken.map((name) => [...new Set(kind(name))].filter((alike) => !taken.includes(alike))));
  const lists = kinds.flat();
  const rounds = Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, turn) => lists.flatMap((alikes) => alikes.slice(turn, turn + 1)));
  return [...new Set(rounds.flat())].slice(0, 200);
}

const words = ['Sign-in', 'DNS', 'Process', 'Registry', 'Mail', 'Endpoint', 'Identity', 'Firewall', 'Proxy', 'Storage'].map((word) => word.toLowerCase());
const endings = ['forest', 'novelty', 'rarity', 'histogram', 'seasons', 'graph', 'parser', 'baseline', 'sequence', 'summary'];
/** A hundred ordinary names by ten authors, some without a scope, some in a scope of their own. */
const ordinary = words.flatMap((word, author) => endings.map((ending, i) => ({ by: `author-${author}`, name: i % 3 === 0 ? `${word}-${ending}` : `@${word}-team/${ending}-${i % 2 === 0 ? 'model' : 'kit'}` })));

/** A registry in which somebody has the names. */
async function settled(admit?: Admit): Promise<Rig> {
  const before = await Rig.open();
  for (const name of taken) expect((await before.publish({ name }, { by: 'somebody' })).statusCode).toBe(201);
  return guarded({ storage: before.storage, before, ...(admit && { admit }) });
}

/** Names that everybody could see at once. */
async function accepted(rig: Rig, wanted: readonly { readonly by: string; readonly name: string }[]): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { by, name } of wanted) if ((await publishCrafted(rig, { name }, by)).statusCode === 201) names.push(name);
  return names;
}

describe('attack 8: a name that looks like another', () => {
  const alikes = lookAlikes().map((name) => ({ by: 'mallory', name }));

  test('of two hundred none is seen before a person has looked at it', async () => {
    await using rig = await settled();
    expect([new Set(alikes.map(({ name }) => name)).size, await accepted(rig, alikes)]).toEqual([200, []]);
  });

  test('without the check all of them are', async () => {
    await using rig = await settled(admittingWithout('typosquat'));
    expect(await accepted(rig, alikes)).toHaveLength(200);
  });

  test('of a hundred ordinary names at most two are held', async () => {
    await using rig = await settled();
    expect(new Set(ordinary.map(({ name }) => name)).size).toBe(100);
    expect((await accepted(rig, ordinary)).length).toBeGreaterThanOrEqual(98);
  });

  test('a second version of one that is held is held too', async () => {
    await using rig = await settled();
    expect((await publishCrafted(rig, { name: 'impossible-travels' })).statusCode).toBe(202);
    expect((await publishCrafted(rig, { name: 'impossible-travels', version: '1.0.1' })).statusCode).toBe(202);
    expect(await rig.versions('impossible-travels')).toEqual([]);
  });
});
