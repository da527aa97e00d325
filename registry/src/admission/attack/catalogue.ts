import { deprecated, inForce, replaced } from './techniques.ts';

/** What became of a technique id. */
export type Technique =
  | { readonly state: 'in-force'; readonly name: string }
  | { readonly state: 'revoked'; readonly by: string }
  | { readonly state: 'deprecated' };

function* techniques(): Iterable<readonly [string, Technique]> {
  for (const line of inForce.trim().split('\n')) {
    const base = line.slice(0, 5);
    for (const item of line.split('|')) {
      const space = item.indexOf(' ');
      const id = item.slice(0, space);
      yield [id.startsWith('.') ? base + id : id, { state: 'in-force', name: item.slice(space + 1) }];
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
