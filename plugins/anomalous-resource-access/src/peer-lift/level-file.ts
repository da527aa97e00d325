import { z } from '@byoml/core';
import type { AccessGraph } from '../graph/access-graph.ts';
import { modelInvalid, pack, Packed } from '../graph/binary.ts';
import { directoryLevels } from '../graph/directory.ts';
import { Names } from '../graph/names.ts';
import { Level } from './level.ts';

const magic = 'BYOML-L1';
const levelNames = [...directoryLevels, 'community'];
const headerSchema = z.array(z.strictObject({ name: z.enum(levelNames), groups: z.array(z.string()) })).max(levelNames.length);

export const levelsFile = 'groups.bin';

export const encodeLevels = (levels: readonly Level[]): Uint8Array =>
  pack(magic, levels.map(({ name, groups }) => ({ name, groups: groups.texts })), levels.flatMap(({ members, days }) => [members, days]));

/** The levels in `bytes`, checked against their graph: MODEL_INVALID says what is wrong. */
export function decodeLevels({ file, bytes }: { readonly file: string; readonly bytes: Uint8Array }, graph: AccessGraph): readonly Level[] {
  const packed = new Packed(file, magic, bytes);
  const parsed = headerSchema.safeParse(packed.header);
  if (!parsed.success) throw modelInvalid(file, z.prettifyError(parsed.error));
  const levels = parsed.data.map(({ name, groups }) => {
    const members = packed.ints(graph.users.size);
    const days = packed.ints(graph.users.size);
    if (groups.some((group, i) => i > 0 && !((groups[i - 1] as string) < group))) throw modelInvalid(file, `the groups of "${name}" are not in order`);
    const wrong = members.find((group) => group < -1 || group >= groups.length);
    if (wrong !== undefined) throw modelInvalid(file, `a user is in group ${wrong} of "${name}", which has ${groups.length}`);
    return new Level(graph, { name, groups: new Names(groups), members, days });
  });
  packed.end();
  if (new Set(levels.map(({ name }) => name)).size < levels.length) throw modelInvalid(file, 'names a level twice');
  return levels;
}
