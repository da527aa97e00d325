import type { AnyNode, CallExpression, Program } from 'acorn';
import { simple } from 'acorn-walk';
import { folded, identifierOf, memberName } from './folded.ts';

/** Names that mean something of the runtime in a file. */
export interface Aliases {
  readonly globals: ReadonlySet<string>;
  readonly process: ReadonlySet<string>;
  readonly require: ReadonlySet<string>;
}

const globalNames = ['globalThis', 'global', 'window', 'self'];

/** The usual names and those that the file gives them: `const p = process`, `import p from 'node:process'`, `const r = createRequire(…)`. */
export function aliasesIn(program: Program): Aliases {
  const aliases = { globals: new Set(globalNames), process: new Set(['process']), require: new Set(['require']) };
  simple(program, {
    VariableDeclarator({ id, init }) {
      const meant = id.type === 'Identifier' && meaningOf(init, aliases);
      if (meant && id.type === 'Identifier') aliases[meant].add(id.name);
    },
    ImportDeclaration({ source, specifiers }) {
      const isProcess = source.value === 'process' || source.value === 'node:process';
      for (const { type, local } of specifiers) if (isProcess && type !== 'ImportSpecifier') aliases.process.add(local.name);
    },
  });
  return aliases;
}

function meaningOf(init: AnyNode | null | undefined, aliases: Aliases): keyof Aliases | undefined {
  if (!init) return undefined;
  if (init.type === 'CallExpression') return meaningOfCall(init, aliases);
  if (init.type === 'MemberExpression' && memberName(init) === 'process' && aliases.globals.has(identifierOf(init.object) ?? '')) return 'process';
  const name = identifierOf(init) ?? '';
  return (['globals', 'process', 'require'] as const).find((meaning) => aliases[meaning].has(name));
}

function meaningOfCall({ callee, arguments: [first] }: CallExpression, { require }: Aliases): 'process' | 'require' | undefined {
  const called = callee.type === 'MemberExpression' ? memberName(callee) : identifierOf(callee);
  if (called === 'createRequire') return 'require';
  return called !== undefined && require.has(called) && /^(?:node:)?process$/.test(folded(first) ?? '') ? 'process' : undefined;
}

/** Whether an expression is `process`, under whatever name. */
export function isProcess(node: AnyNode, { process, globals }: Aliases): boolean {
  if (node.type === 'MemberExpression') return memberName(node) === 'process' && globals.has(identifierOf(node.object) ?? '');
  return process.has(identifierOf(node) ?? '');
}
