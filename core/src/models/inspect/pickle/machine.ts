import { Malformed } from '../malformed.ts';
import { Arguments } from './argument.ts';
import { calledBy, resultOf, type Callable, type PickleCall, type Value } from './calls.ts';
import { limits } from './limits.ts';
import type { Opcode } from './opcodes.ts';
import { textOf } from './text.ts';

/** The stack, marks and memo of an unpickler that makes nothing: values are unknown, except the texts and globals that calls are named by. */
export class Machine {
  readonly argument: Arguments;
  readonly calls: PickleCall[] = [];
  readonly #bytes: Uint8Array;
  readonly #stack: Value[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();
  readonly #seen = new Set<string>();
  #offset = 0;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    this.argument = new Arguments(bytes, from);
  }

  begin(offset: number): void {
    this.#offset = offset;
  }

  push(value: Value): void {
    if (this.#stack.length >= limits.stack) this.fail(`it stacks more than ${limits.stack} values`);
    this.#stack.push(value);
  }

  pop(): Value {
    this.need(1);
    return this.#stack.pop();
  }

  /** Plain opcodes: only how many values come and go matters. */
  apply({ toMark, pops, keeps, pushes }: Opcode): void {
    if (toMark) this.popToMark();
    this.need(pops + keeps);
    this.#stack.length -= pops;
    for (let i = 0; i < pushes; i++) this.push(undefined);
  }

  need(count: number): void {
    if (this.#stack.length - (this.#marks.at(-1) ?? 0) < count) this.fail('it takes a value that it never made');
  }

  mark(): void {
    if (this.#marks.length >= limits.marks) this.fail(`it nests deeper than ${limits.marks} marks`);
    this.#marks.push(this.#stack.length);
  }

  /** Drops everything above the last mark; answers the lowest of it. */
  popToMark(): Value {
    const mark = this.#marks.pop() ?? this.fail('it goes back to a mark that it never set');
    const lowest = this.#stack[mark];
    this.#stack.length = mark;
    return lowest;
  }

  /** POP takes a mark where nothing lies above it. */
  popAny(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  duplicate(): void {
    this.need(1);
    this.push(this.#stack.at(-1));
  }

  remember(key: number): void {
    this.need(1);
    if (!(key >= 0 && key < 2 ** 32)) this.fail('it remembers under a number that is none');
    if (this.#memo.size >= limits.memo) this.fail(`it remembers more than ${limits.memo} values`);
    this.#memo.set(key, this.#stack.at(-1));
  }

  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(key: number): void {
    if (!this.#memo.has(key)) this.fail('it recalls what it never remembered');
    this.push(this.#memo.get(key));
  }

  /** A global named by texts: those of the stream, or of the stack. */
  global(module: Value, name: Value): Callable {
    const text = (value: Value): string => (value?.kind === 'text' ? textOf(value, this.#bytes) : '(computed)');
    return { kind: 'callable', module: text(module), name: text(name) };
  }

  /** Notes a call once per opcode and target. */
  note(opcode: string, { module, name }: { readonly module: string; readonly name: string }): void {
    const key = `${opcode}\n${module}\n${name}`;
    if (this.#seen.has(key)) return;
    if (this.calls.length >= limits.calls) this.fail(`it calls more than ${limits.calls} different things`);
    this.#seen.add(key);
    this.calls.push({ module, name, offset: this.#offset, opcode });
  }

  /** Notes a call of `target` and answers what stands for its result. */
  call(opcode: string, target: Value): Callable {
    const callable = calledBy(target);
    this.note(opcode, callable);
    return resultOf(callable);
  }

  fail(why: string): never {
    throw new Malformed(why, this.#offset);
  }
}
