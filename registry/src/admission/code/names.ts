/** Characters that are read as others, in the fonts of terminals and pages: ASCII first, then letters of other scripts. */
const alike: readonly (readonly [RegExp, string])[] = [
  [/rn/g, 'm'], [/vv/g, 'w'], [/[1i|!]/g, 'l'], [/0/g, 'o'], [/3/g, 'e'], [/4/g, 'a'], [/5/g, 's'], [/7/g, 't'], [/8/g, 'b'], [/9/g, 'g'],
  [/[аɑα]/g, 'a'], [/[еεё]/g, 'e'], [/[оοӧσ]/g, 'o'], [/[рρ]/g, 'p'], [/[сϲ]/g, 'c'], [/[уγ]/g, 'y'], [/[хχ]/g, 'x'], [/[іӏıι]/g, 'l'], [/ѕ/g, 's'], [/ԁ/g, 'd'], [/ո/g, 'n'], [/[мm]/g, 'm'], [/ь/g, 'b'],
];

/** A name as a hurried reader sees it: no case, no separators, look-alikes made equal. */
export function seenAs(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/[-_.~\s]/g, '');
  return alike.reduce((text, [pattern, letter]) => text.replace(pattern, letter), plain);
}

export interface NameParts {
  /** With the `@`; empty without one. */
  readonly scope: string;
  readonly base: string;
}

export function partsOf(name: string): NameParts {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  return { scope: name.slice(0, Math.max(0, slash)), base: name.slice(slash + 1) };
}
