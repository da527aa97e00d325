import { calledBy } from './calls.ts';
import type { Machine } from './machine.ts';

/** Newest protocol there is; an unpickler refuses a higher one. */
const newest = 5;

type Action = (machine: Machine, opcode: string) => void;

const text: Action = (machine) => machine.push(machine.argument.text);
const recall: Action = (machine) => machine.recall(machine.argument.number);
const remember: Action = (machine) => machine.remember(machine.argument.number);

const extension: Action = (machine, opcode) => {
  const { number } = machine.argument;
  if (number <= 0) machine.fail('an extension has no number above 0');
  const target = { kind: 'callable', module: 'copyreg', name: `extension ${number}` } as const;
  machine.note(opcode, target);
  machine.push(target);
};

const persistent: Action = (machine, opcode) => {
  const loader = { kind: 'callable', module: '', name: 'persistent_load' } as const;
  machine.push(machine.call(opcode, loader));
};

/** Opcodes that do more than take and push values nobody needs to know. */
const actions: Readonly<Record<string, Action>> = {
  STRING: text,
  BINSTRING: text,
  SHORT_BINSTRING: text,
  UNICODE: text,
  SHORT_BINUNICODE: text,
  BINUNICODE: text,
  BINUNICODE8: text,
  POP: (machine) => machine.popAny(),
  DUP: (machine) => machine.duplicate(),
  MARK: (machine) => machine.mark(),
  GET: recall,
  BINGET: recall,
  LONG_BINGET: recall,
  PUT: remember,
  BINPUT: remember,
  LONG_BINPUT: remember,
  MEMOIZE: (machine) => machine.rememberNext(),
  EXT1: extension,
  EXT2: extension,
  EXT4: extension,
  PERSID: persistent,
  BINPERSID: (machine, opcode) => {
    machine.pop();
    persistent(machine, opcode);
  },
  GLOBAL: (machine, opcode) => {
    const target = machine.global(machine.argument.module, machine.argument.text);
    machine.note(opcode, target);
    machine.push(target);
  },
  STACK_GLOBAL: (machine, opcode) => {
    machine.need(2);
    const name = machine.pop();
    const target = machine.global(machine.pop(), name);
    machine.note(opcode, target);
    machine.push(target);
  },
  INST: (machine, opcode) => {
    const target = machine.global(machine.argument.module, machine.argument.text);
    machine.note(opcode, target);
    machine.popToMark();
    machine.push(machine.call(opcode, target));
  },
  OBJ: (machine, opcode) => {
    machine.need(1);
    machine.push(machine.call(opcode, machine.popToMark()));
  },
  REDUCE: (machine, opcode) => {
    machine.need(2);
    machine.pop();
    machine.push(machine.call(opcode, machine.pop()));
  },
  NEWOBJ: (machine, opcode) => {
    machine.need(2);
    machine.pop();
    machine.push(machine.call(opcode, machine.pop()));
  },
  NEWOBJ_EX: (machine, opcode) => {
    machine.need(3);
    machine.pop();
    machine.pop();
    machine.push(machine.call(opcode, machine.pop()));
  },
  BUILD: (machine, opcode) => {
    machine.need(2);
    machine.pop();
    const built = machine.pop();
    const { module, name } = calledBy(built);
    machine.note(opcode, { module, name: `${name.replace(/\(\)$/, '')}.__setstate__` });
    machine.push(built);
  },
  PROTO: (machine) => {
    if (machine.argument.number > newest) machine.fail(`it says protocol ${machine.argument.number}; the newest is ${newest}`);
  },
  FRAME: (machine) => {
    if (machine.argument.number > machine.argument.left) machine.fail('a frame is longer than what is left');
  },
  STOP: (machine) => machine.pop(),
};

/** Undefined for an opcode that only takes and pushes. */
export const actionOf = (name: string): Action | undefined => (Object.hasOwn(actions, name) ? actions[name] : undefined);
