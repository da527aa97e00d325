import type { Entry } from './entry.ts';

type Filter = (entry: Entry) => boolean;

/** What a text asks for. */
export interface Query {
  /** The text without its qualifiers. */
  readonly text: string;
  /** Whether an entry fits every qualifier. */
  readonly fits: Filter;
}

const scoped = (scope: string): string => `${scope.startsWith('@') ? '' : '@'}${scope}/`;

/** `a,b` is one of both, `a+b` both, `-a` none of it. */
function keywords(list: string): Filter {
  const parts = list.split(',').filter(Boolean);
  const refused = parts.flatMap((part) => (part.startsWith('-') ? [part.slice(1)] : []));
  const wanted = parts.flatMap((part) => (part.startsWith('-') ? [] : [part.split('+').filter(Boolean)]));
  return (entry) => {
    const has = new Set(entry.keywords.map((keyword) => keyword.toLowerCase()));
    return !refused.some((word) => has.has(word)) && (wanted.length === 0 || wanted.some((all) => all.every((word) => has.has(word))));
  };
}

const ownedBy = (account: string): Filter => ({ owners }) => owners.some((owner) => owner.toLowerCase() === account);
const isUnstable: Filter = ({ version }) => version.startsWith('0.');
const all: Filter = () => true;

/** https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md#get-v1search; what has no meaning here filters nothing. */
const qualifiers: Readonly<Record<string, (value: string) => Filter>> = {
  keywords,
  maintainer: ownedBy,
  author: ownedBy,
  scope: (scope) => ({ name }) => name.startsWith(scoped(scope)),
  is: (what) => (what === 'unstable' ? isUnstable : all),
  not: (what) => (what === 'unstable' ? (entry) => !isUnstable(entry) : all),
  'boost-exact': () => all,
};

/** The filter that a part of the text stands for; undefined for an ordinary word. `=ann` is how npm's manual names a maintainer. */
function filterOf(part: string): Filter | undefined {
  if (/^=./.test(part)) return ownedBy(part.slice(1));
  const [, name = '', value = ''] = /^([a-z-]+):(.+)$/.exec(part) ?? [];
  return Object.hasOwn(qualifiers, name) ? qualifiers[name]?.(value) : undefined;
}

/** Reads what somebody typed behind `npm search`. */
export function parseQuery(typed: string): Query {
  const filters: Filter[] = [];
  const parts: string[] = [];
  for (const part of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const filter = filterOf(part);
    if (filter) filters.push(filter);
    else parts.push(part);
  }
  return { text: parts.join(' '), fits: (entry) => filters.every((filter) => filter(entry)) };
}
