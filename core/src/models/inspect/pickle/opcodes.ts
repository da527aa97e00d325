/** How the argument behind an opcode is laid out; numbers are little-endian, `text`, `bytes` and `string` carry their length in so many bytes. */
type ArgumentKind =
  | 'none' | 'uint1' | 'uint2' | 'uint4' | 'int4' | 'uint8' | 'float8' | 'long1' | 'long4'
  | 'text1' | 'text4' | 'text8' | 'bytes1' | 'bytes4' | 'bytes8' | 'string1' | 'string4'
  | 'line-integer' | 'line-float' | 'line-string' | 'line-unicode' | 'line-id' | 'two-lines';

export interface Opcode {
  /** As in CPython's pickletools. */
  readonly name: string;
  /** First protocol that has it. */
  readonly protocol: number;
  readonly argument: ArgumentKind;
  /** Takes everything above the last mark, and the mark. */
  readonly toMark: boolean;
  /** Values it takes, below the mark where it takes to one. */
  readonly pops: number;
  /** Values it needs below those and leaves where they are. */
  readonly keeps: number;
  readonly pushes: number;
}

type Row = readonly [code: string, name: string, protocol: number, argument: ArgumentKind, stack: string];

/** Stack effects read `(` to the mark, `-n` taken, `=n` needed but kept, `+n` pushed; the walk itself acts for those with an empty effect. */
const rows: readonly Row[] = [
  ['I', 'INT', 0, 'line-integer', '+1'],
  ['J', 'BININT', 1, 'int4', '+1'],
  ['K', 'BININT1', 1, 'uint1', '+1'],
  ['M', 'BININT2', 1, 'uint2', '+1'],
  ['L', 'LONG', 0, 'line-integer', '+1'],
  ['\x8a', 'LONG1', 2, 'long1', '+1'],
  ['\x8b', 'LONG4', 2, 'long4', '+1'],
  ['S', 'STRING', 0, 'line-string', ''],
  ['T', 'BINSTRING', 1, 'string4', ''],
  ['U', 'SHORT_BINSTRING', 1, 'string1', ''],
  ['B', 'BINBYTES', 3, 'bytes4', '+1'],
  ['C', 'SHORT_BINBYTES', 3, 'bytes1', '+1'],
  ['\x8e', 'BINBYTES8', 4, 'bytes8', '+1'],
  ['\x96', 'BYTEARRAY8', 5, 'bytes8', '+1'],
  ['\x97', 'NEXT_BUFFER', 5, 'none', '+1'],
  ['\x98', 'READONLY_BUFFER', 5, 'none', '=1'],
  ['N', 'NONE', 0, 'none', '+1'],
  ['\x88', 'NEWTRUE', 2, 'none', '+1'],
  ['\x89', 'NEWFALSE', 2, 'none', '+1'],
  ['V', 'UNICODE', 0, 'line-unicode', ''],
  ['\x8c', 'SHORT_BINUNICODE', 4, 'text1', ''],
  ['X', 'BINUNICODE', 1, 'text4', ''],
  ['\x8d', 'BINUNICODE8', 4, 'text8', ''],
  ['F', 'FLOAT', 0, 'line-float', '+1'],
  ['G', 'BINFLOAT', 1, 'float8', '+1'],
  [']', 'EMPTY_LIST', 1, 'none', '+1'],
  ['a', 'APPEND', 0, 'none', '-1=1'],
  ['e', 'APPENDS', 1, 'none', '(=1'],
  ['l', 'LIST', 0, 'none', '(+1'],
  [')', 'EMPTY_TUPLE', 1, 'none', '+1'],
  ['t', 'TUPLE', 0, 'none', '(+1'],
  ['\x85', 'TUPLE1', 2, 'none', '-1+1'],
  ['\x86', 'TUPLE2', 2, 'none', '-2+1'],
  ['\x87', 'TUPLE3', 2, 'none', '-3+1'],
  ['}', 'EMPTY_DICT', 1, 'none', '+1'],
  ['d', 'DICT', 0, 'none', '(+1'],
  ['s', 'SETITEM', 0, 'none', '-2=1'],
  ['u', 'SETITEMS', 1, 'none', '(=1'],
  ['\x8f', 'EMPTY_SET', 4, 'none', '+1'],
  ['\x90', 'ADDITEMS', 4, 'none', '(=1'],
  ['\x91', 'FROZENSET', 4, 'none', '(+1'],
  ['0', 'POP', 0, 'none', ''],
  ['2', 'DUP', 0, 'none', ''],
  ['(', 'MARK', 0, 'none', ''],
  ['1', 'POP_MARK', 1, 'none', '('],
  ['g', 'GET', 0, 'line-integer', ''],
  ['h', 'BINGET', 1, 'uint1', ''],
  ['j', 'LONG_BINGET', 1, 'uint4', ''],
  ['p', 'PUT', 0, 'line-integer', ''],
  ['q', 'BINPUT', 1, 'uint1', ''],
  ['r', 'LONG_BINPUT', 1, 'uint4', ''],
  ['\x94', 'MEMOIZE', 4, 'none', ''],
  ['\x82', 'EXT1', 2, 'uint1', ''],
  ['\x83', 'EXT2', 2, 'uint2', ''],
  ['\x84', 'EXT4', 2, 'int4', ''],
  ['c', 'GLOBAL', 0, 'two-lines', ''],
  ['\x93', 'STACK_GLOBAL', 4, 'none', ''],
  ['R', 'REDUCE', 0, 'none', ''],
  ['b', 'BUILD', 0, 'none', ''],
  ['i', 'INST', 0, 'two-lines', ''],
  ['o', 'OBJ', 1, 'none', ''],
  ['\x81', 'NEWOBJ', 2, 'none', ''],
  ['\x92', 'NEWOBJ_EX', 4, 'none', ''],
  ['\x80', 'PROTO', 2, 'uint1', ''],
  ['.', 'STOP', 0, 'none', ''],
  ['\x95', 'FRAME', 4, 'uint8', ''],
  ['P', 'PERSID', 0, 'line-id', ''],
  ['Q', 'BINPERSID', 1, 'none', ''],
];

const amount = (stack: string, sign: string): number => Number(stack.split(sign)[1]?.[0] ?? 0);

function opcodeOf([, name, protocol, argument, stack]: Row): Opcode {
  return { name, protocol, argument, toMark: stack.startsWith('('), pops: amount(stack, '-'), keeps: amount(stack, '='), pushes: amount(stack, '+') };
}

/** Every opcode of protocols 0 to 5, by its byte; undefined elsewhere. */
export const opcodes: readonly (Opcode | undefined)[] = (() => {
  const table = Array.from({ length: 256 }, (): Opcode | undefined => undefined);
  for (const row of rows) table[row[0].charCodeAt(0)] = opcodeOf(row);
  return table;
})();
