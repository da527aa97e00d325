import { parse, type AnyNode, type Program } from 'acorn';
import { fullAncestor } from 'acorn-walk';
import type { PackageArchive } from '../../package/archive.ts';
import { aliasesIn } from './aliases.ts';
import { suspectModule } from './modules.ts';
import { onCall, onIdentifier, onImport, onImportExpression, onMember, onNew, onPattern, type Surroundings } from './rules.ts';
import type { Suspected, Suspicion } from './suspicion.ts';

/** Why a program cannot be read. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** What a program does that a package must not, each at its first place. Throws Unreadable for what is no JavaScript. */
export function suspicionsIn(path: string, text: string, archive: PackageArchive): readonly Suspected[] {
  const found = new Map<string, Suspected>();
  try {
    const program = parsed(text);
    const aliases = aliasesIn(program);
    fullAncestor(program, (node, _, ancestors) => {
      const suspicion = suspicionOf(node as AnyNode, { path, archive, aliases, parent: ancestors.at(-2) as AnyNode | undefined });
      if (suspicion && !found.has(suspicion.message)) found.set(suspicion.message, { ...suspicion, index: node.start });
    });
  } catch (thrown) {
    throw new Unreadable(thrown instanceof RangeError ? 'it is nested too deeply' : (thrown as Error).message, { cause: thrown });
  }
  return [...found.values()].sort((a, b) => a.index - b.index);
}

/** Node decides by names and settings which of the two it is; what either reads is looked at. */
function parsed(text: string): Program {
  const options = { ecmaVersion: 'latest', allowHashBang: true, allowReturnOutsideFunction: true, preserveParens: false } as const;
  try {
    return parse(text, { ...options, sourceType: 'module' });
  } catch (thrown) {
    if (thrown instanceof RangeError || /^[ \t]*(?:import|export)\b/m.test(text)) throw thrown;
    return parse(text, { ...options, sourceType: 'script' });
  }
}

// oxlint-disable-next-line complexity -- a table of the kinds of nodes that are looked at
function suspicionOf(node: AnyNode, surroundings: Surroundings): Suspicion | undefined {
  switch (node.type) {
    case 'Identifier':
      return onIdentifier(node, surroundings);
    case 'MemberExpression':
      return onMember(node, surroundings);
    case 'ObjectPattern':
      return onPattern(node, surroundings);
    case 'CallExpression':
      return onCall(node, surroundings);
    case 'NewExpression':
      return onNew(node, surroundings);
    case 'ImportExpression':
      return onImportExpression(node, surroundings);
    case 'ImportDeclaration':
      return onImport(node, surroundings);
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source ? suspectModule(String(node.source.value), surroundings.path, surroundings.archive) : undefined;
    default:
      return undefined;
  }
}
