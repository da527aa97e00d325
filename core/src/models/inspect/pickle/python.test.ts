import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { PickleCall } from './calls.ts';
import { walkPickle, type PickleWalk } from './walk.ts';

const python = spawnSync('python3', ['-c', 'import pickletools'], { stdio: 'ignore' }).status === 0;

const random = `
import base64, collections, datetime, decimal, fractions, io, json, pickle, pickletools, random, sys, uuid
draw = random.Random(int(sys.argv[1]))
def value(depth):
    leaves = [lambda: draw.randrange(-2**draw.randrange(1, 200), 2**70), lambda: draw.random(), lambda: None, lambda: True, lambda: "é\\n'\\\\" * draw.randrange(90),
              lambda: bytes(draw.randrange(256) for _ in range(draw.randrange(300))), lambda: bytearray(b"ab"), lambda: datetime.datetime(2024, 1, draw.randrange(1, 28)),
              lambda: decimal.Decimal("1.5"), lambda: fractions.Fraction(1, 3), lambda: uuid.UUID(int=draw.randrange(2**100)), lambda: len, lambda: complex(1, 2), lambda: range(3), lambda: collections.OrderedDict(a=1)]
    if depth == 0 or draw.random() < .2: return draw.choice(leaves)()
    many = [value(depth - 1) for _ in range(draw.randrange(6))]
    kind = draw.randrange(6)
    if kind == 0: return many
    if kind == 1: return tuple(many)
    if kind == 2: return {str(i): v for i, v in enumerate(many)}
    if kind == 3: return {repr(v) for v in many}
    if kind == 4: return frozenset(repr(v) for v in many)
    return [many, many, many]
def ops(data):
    seen, at, kept = [], None, 0
    try:
        for opcode, arg, at in pickletools.genops(data):
            kept += 1
            if opcode.name in ("GLOBAL", "INST"): seen.append([opcode.name, at, arg])
            elif opcode.name in ("STACK_GLOBAL", "REDUCE", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD", "PERSID", "BINPERSID", "EXT1", "EXT2", "EXT4"): seen.append([opcode.name, at, None])
        return kept, seen, True
    except Exception:
        return kept, seen, False
out = []
for i in range(400):
    protocol = i % 6
    file = io.BytesIO()
    (pickle._Pickler if i % 4 == 0 else pickle.Pickler)(file, protocol).dump(value(3))
    data = file.getvalue()
    if i % 2 and len(data) > 3:
        data = bytearray(data)
        for _ in range(draw.randrange(1, 4)): data[draw.randrange(len(data))] = draw.randrange(256)
        data = bytes(data)
    kept, seen, whole = ops(data)
    out.append({"data": base64.b64encode(data).decode(), "opcodes": kept, "calls": seen, "whole": whole, "mutated": i % 2 == 1})
print(json.dumps(out))
`;

interface Judged {
  readonly data: string;
  readonly opcodes: number;
  readonly calls: readonly (readonly [opcode: string, offset: number, name: string | null])[];
  readonly whole: boolean;
  readonly mutated: boolean;
}

/** The kinds of calls that Python's own disassembler finds before `end`. */
const kinds = (calls: Judged['calls'], end: number): string[] => [...new Set(calls.filter(([, offset]) => offset < end).map(([opcode]) => opcode))].toSorted();

test.skipIf(!python)('opcodes and calls are those of pickletools on 400 random objects, half of them damaged (needs python3)', () => {
  const seed = process.env['BYOML_PROPERTY_SEED'] ?? String(Date.now() % 1e6);
  const { stdout, stderr } = spawnSync('python3', ['-c', random, seed], { encoding: 'utf8', maxBuffer: 1 << 28 });
  expect(stderr).toBe('');
  const judged = JSON.parse(stdout) as Judged[];
  expect(judged).toHaveLength(400);
  expect(judged.flatMap((one) => disagreements(walkPickle(new Uint8Array(Buffer.from(one.data, 'base64'))), one).map((what) => `${what}: seed ${seed}, ${one.data}`))).toEqual([]);
});

function disagreements(walk: PickleWalk, one: Judged): string[] {
  const found = new Set(walk.calls.map(({ opcode }) => opcode));
  const broken = (rule: string, holds: boolean): string[] => (holds ? [] : [rule]);
  return [
    ...broken('an undamaged pickle is whole', walk.whole || one.mutated),
    ...broken('both read the same opcodes', !walk.whole || !one.whole || walk.opcodes === one.opcodes),
    // pickletools also stops at text that is not UTF-8; the walk goes on and may find more, never less.
    ...broken('no call is overlooked', kinds(one.calls, walk.end).every((kind) => found.has(kind))),
    ...broken('no call is invented', !one.whole || missing(walk, one).length === 0),
  ];
}

/** Calls of a walk that pickletools does not see there, or whose global it names otherwise. */
const missing = (walk: PickleWalk, { calls }: Judged): PickleCall[] =>
  walk.calls.filter(({ opcode, offset, module, name }) => !calls.some(([kind, at, global]) => kind === opcode && at === offset && (global === null || global === `${module} ${name}`)));

const real = `
import base64, json, pickle
class Evil:
    def __reduce__(self): return __import__("os").system, ("true",)
class Resolved:
    def __reduce__(self): return __import__("pkgutil").resolve_name, ("os:system",)
print(json.dumps([[base64.b64encode(pickle.dumps({"model": [thing()]}, protocol)).decode() for protocol in range(6)] for thing in (Evil, Resolved)]))
`;

test.skipIf(!python)('pickles that Python itself made name their call in every protocol (needs python3)', () => {
  const { stdout } = spawnSync('python3', ['-c', real], { encoding: 'utf8' });
  const [evil = [], resolved = []] = JSON.parse(stdout) as string[][];
  const reduced = (data: string): string[] => walkPickle(new Uint8Array(Buffer.from(data, 'base64'))).calls.filter(({ opcode }) => opcode === 'REDUCE').map(({ module, name }) => `${module}.${name}`);
  expect(evil.map(reduced)).toEqual(Array.from({ length: 6 }, () => [expect.stringMatching(/^(posix|nt)\.system$/)]));
  expect(resolved.map(reduced)).toEqual(Array.from({ length: 6 }, () => ['pkgutil.resolve_name']));
});
