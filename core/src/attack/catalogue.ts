import { tacticsOfTechniques } from './tactics.ts';
import { attackVersion, deprecated, inForce, replaced } from './techniques.ts';

/** A column of the matrix. */
export interface Tactic {
  /** `TA0008` */
  readonly id: string;
  readonly name: string;
}

/** What became of a technique id. */
export type Technique =
  | { readonly state: 'in-force'; readonly name: string; readonly tactics: readonly Tactic[] }
  | { readonly state: 'revoked'; readonly by: string }
  | { readonly state: 'deprecated' };

interface TacticLine {
  readonly tactic: Tactic;
  readonly techniques: ReadonlySet<string>;
}

const tacticLines: readonly TacticLine[] = tacticsOfTechniques.trim().split('\n').map((line) => {
  const [head = '', numbers = ''] = line.split('|');
  const space = head.indexOf(' ');
  return { tactic: { id: head.slice(0, space), name: head.slice(space + 1) }, techniques: new Set(numbers.split(' ').map((number) => `T${number}`)) };
});

/** In the order of the matrix. */
export const attackTactics: readonly Tactic[] = tacticLines.map(({ tactic }) => tactic);

const base = (id: string): string => id.slice(0, 5);

function* techniques(): Iterable<readonly [string, Technique]> {
  for (const line of inForce.trim().split('\n')) {
    const tactics = tacticLines.filter((one) => one.techniques.has(base(line))).map(({ tactic }) => tactic);
    for (const item of line.split('|')) {
      const space = item.indexOf(' ');
      const id = item.slice(0, space);
      yield [id.startsWith('.') ? base(line) + id : id, { state: 'in-force', name: item.slice(space + 1), tactics }];
    }
  }
  for (const pair of replaced.trim().split(/\s+/)) {
    const [id = '', by = ''] = pair.split('>');
    yield [id, { state: 'revoked', by }];
  }
  for (const id of deprecated.split(' ')) yield [id, { state: 'deprecated' }];
}

/** Every technique of the shipped ATT&CK, by its id. */
export const attackTechniques: ReadonlyMap<string, Technique> = new Map(techniques());

/** A technique with what it is part of. */
export interface NamedTechnique {
  readonly id: string;
  readonly name: string;
  readonly tactics: readonly Tactic[];
  /** The technique of a sub-technique. */
  readonly parent?: { readonly id: string; readonly name: string };
}

/** The technique of that id; undefined for one that is not in force. */
export function attackTechnique(id: string): NamedTechnique | undefined {
  const found = attackTechniques.get(id);
  if (found?.state !== 'in-force') return undefined;
  const above = id === base(id) ? undefined : attackTechniques.get(base(id));
  return { id, name: found.name, tactics: found.tactics, ...(above?.state === 'in-force' && { parent: { id: base(id), name: above.name } }) };
}

/** The tactics of these techniques, each once, in the order of the matrix. */
export function tacticsOf(ids: readonly string[]): readonly Tactic[] {
  const found = new Set(ids.flatMap((id) => attackTechnique(id)?.tactics ?? []));
  return attackTactics.filter((tactic) => found.has(tactic));
}

/** Why an id names no technique in force, such as "was revoked in favour of T1027.005"; undefined for one that does. */
export function notInForce(id: string): string | undefined {
  const technique = attackTechniques.get(id);
  if (technique?.state === 'in-force') return undefined;
  if (technique?.state === 'revoked') return `was revoked in favour of ${technique.by}`;
  return technique ? 'was deprecated by MITRE' : `is not in ${attackVersion}`;
}
