import { shown } from '../shown.ts';
import type { Text } from './text.ts';

/** What a pickle calls, imports or asks its reader for. */
export interface PickleCall {
  /** Empty where no module is named: a computed object, a persistent id. */
  readonly module: string;
  readonly name: string;
  /** Of the first opcode that says so. */
  readonly offset: number;
  readonly opcode: string;
}

/** Something that a call came from or can be made of: a global, or what calling one answered. */
export interface Callable {
  readonly kind: 'callable';
  readonly module: string;
  readonly name: string;
}

/** What the walk remembers of a value; undefined is anything that can be no name and no callable. */
export type Value = Text | Callable | undefined;

/** `module.name`, safe to print. */
export const callText = ({ module, name }: { readonly module: string; readonly name: string }): string => shown(module === '' ? name : `${module}.${name}`);

/** What calling `target` answers, named after it: `pkgutil.resolve_name()`. */
export const resultOf = ({ module, name }: Callable): Callable => ({ kind: 'callable', module, name: name.endsWith('()') ? name : `${name}()` });

const computed: Callable = { kind: 'callable', module: '', name: '(computed)' };

/** The callable that a value is, or one without a module. */
export const calledBy = (value: Value): Callable => (value?.kind === 'callable' ? value : computed);
