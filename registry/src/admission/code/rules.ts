import type { AnyNode, CallExpression, Identifier, ImportDeclaration, ImportExpression, MemberExpression, NewExpression, ObjectPattern } from 'acorn';
import type { PackageArchive } from '../../package/archive.ts';
import { isProcess, type Aliases } from './aliases.ts';
import { folded, identifierOf, memberName, propertyName } from './folded.ts';
import { suspectModule } from './modules.ts';
import type { Suspicion } from './suspicion.ts';

/** What a rule may know beside the node. */
export interface Surroundings {
  readonly path: string;
  readonly archive: PackageArchive;
  readonly aliases: Aliases;
  readonly parent: AnyNode | undefined;
}

const evaluators = new Set(['eval', 'Function', 'AsyncFunction', 'GeneratorFunction']);
const ofProcess = new Set(['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'mainModule', '_kickstart', 'execve']);
const ofRuntime = new Set(['_linkedBinding', 'getBuiltinModule', 'dlopen']);
const loaderHooks = new Set(['register', 'registerHooks', '_load', '_compile', 'runMain', 'setFlagsFromString', 'Module']);
const timers = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const functions = new Set(['FunctionExpression', 'ArrowFunctionExpression', 'FunctionDeclaration', 'ClassExpression']);
const forbidden = (message: string): Suspicion => ({ message, kind: 'forbidden' });
const evaluates = (name: string): Suspicion => forbidden(`it uses ${name}, which runs code from texts`);

/** `eval` and `Function` wherever they are read: called, renamed or handed on. `instanceof Function` and `Function.prototype` do no harm. */
export function onIdentifier(node: Identifier, { parent, aliases }: Surroundings): Suspicion | undefined {
  const { name } = node;
  if (name === 'eval') return evaluates(name);
  if (name === 'Function') return harmlessFunction(parent) ? undefined : evaluates('the constructor Function');
  return aliases.require.has(name) && parent && isHandedOn(node, parent) ? { message: `it hands "${name}" on, so that nobody can tell what is loaded`, kind: 'opaque' } : undefined;
}

function harmlessFunction(parent: AnyNode | undefined): boolean {
  if (parent?.type === 'MemberExpression') return ['prototype', 'name', 'toString'].includes(memberName(parent) ?? '');
  return parent?.type === 'BinaryExpression' || (parent?.type === 'UnaryExpression' && parent.operator === 'typeof');
}

function isHandedOn(node: Identifier, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.init === node;
    case 'AssignmentExpression':
      return parent.right === node;
    case 'Property':
      return parent.value === node;
    default:
      return parent.type === 'ArrayExpression' || parent.type === 'ReturnStatement';
  }
}

export function onMember(node: MemberExpression, surroundings: Surroundings): Suspicion | undefined {
  const name = memberName(node);
  const { aliases } = surroundings;
  if (isProcess(node.object as AnyNode, aliases)) return memberOfProcess(name, node);
  if (aliases.globals.has(identifierOf(node.object) ?? '')) return memberOfGlobal(name, node, surroundings);
  if (name === 'constructor') return reachesFunction(node) ? evaluates('the constructor of a function') : undefined;
  return name !== undefined && ofRuntime.has(name) ? forbidden(`it uses ${name}, which reaches into the runtime`) : undefined;
}

function memberOfGlobal(name: string | undefined, node: MemberExpression, { parent }: Surroundings): Suspicion | undefined {
  if (name !== undefined) return evaluators.has(name) ? evaluates(`${name} of the global object`) : undefined;
  const called = (parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && parent.callee === node;
  return called ? forbidden('it calls a global by a name that is made while it runs') : undefined;
}

function memberOfProcess(name: string | undefined, { computed }: MemberExpression): Suspicion | undefined {
  if (name !== undefined && ofProcess.has(name)) return forbidden(`it uses process.${name}, which reaches into the runtime`);
  return computed && name === undefined ? forbidden('it reads something of process by a name that is made while it runs') : undefined;
}

/** `(() => {}).constructor` and `x.constructor.constructor`, also through Object.getPrototypeOf. */
function reachesFunction({ object }: MemberExpression): boolean {
  if (object.type === 'MemberExpression') return memberName(object) === 'constructor';
  const [first] = object.type === 'CallExpression' && object.callee.type === 'MemberExpression' && memberName(object.callee) === 'getPrototypeOf' ? object.arguments : [];
  return functions.has(first?.type ?? object.type);
}

export function onPattern({ properties }: ObjectPattern, { parent, aliases }: Surroundings): Suspicion | undefined {
  const init = parent?.type === 'VariableDeclarator' ? parent.init : parent?.type === 'AssignmentExpression' ? parent.right : undefined;
  if (!init) return undefined;
  const names = properties.map((property) => (property.type === 'Property' ? propertyName(property) : undefined));
  const fromProcess = isProcess(init, aliases) && names.find((name) => name !== undefined && ofProcess.has(name));
  if (fromProcess) return forbidden(`it takes "${fromProcess}" out of process, which reaches into the runtime`);
  const fromGlobal = aliases.globals.has(identifierOf(init) ?? '') && names.find((name) => name !== undefined && evaluators.has(name));
  return fromGlobal ? evaluates(fromGlobal) : undefined;
}

export function onCall(node: CallExpression, { aliases, path, archive }: Surroundings): Suspicion | undefined {
  const [first] = node.arguments;
  const { callee } = node;
  const name = identifierOf(callee);
  if (name !== undefined && aliases.require.has(name)) return loads(first, path, archive);
  const called = name ?? (callee.type === 'MemberExpression' ? memberName(callee) : undefined);
  if (called !== undefined && timers.has(called) && isText(first)) return evaluates(`${called} with a text`);
  return callee.type === 'MemberExpression' ? onMethod(called, identifierOf(callee.object), first) : undefined;
}

function onMethod(called: string | undefined, object: string | undefined, first: AnyNode | undefined): Suspicion | undefined {
  if (called === 'constructor' && folded(first) !== undefined) return evaluates('a constructor with a text');
  const hook = called !== undefined && loaderHooks.has(called) && /^(?:module|Module|v8)$/.test(object ?? '');
  return hook ? forbidden(`it uses ${called}, which changes how code is loaded`) : undefined;
}

function isText(node: AnyNode | undefined): boolean {
  return node?.type === 'TemplateLiteral' || (node?.type === 'BinaryExpression' && node.operator === '+') || folded(node) !== undefined;
}

export const onImportExpression = ({ source }: ImportExpression, { path, archive }: Surroundings): Suspicion | undefined => loads(source, path, archive);

function loads(what: AnyNode | undefined, path: string, archive: PackageArchive): Suspicion | undefined {
  if (!what) return undefined;
  const specifier = folded(what) ?? besideItself(what);
  return specifier === undefined ? { message: 'it loads a module by a name that is made while it runs', kind: 'loading' } : suspectModule(specifier, path, archive);
}

/** `new URL('./a.js', import.meta.url)`, with or without `.href`: the text, when it is one. */
function besideItself(node: AnyNode): string | undefined {
  if (node.type === 'MemberExpression') return memberName(node) === 'href' ? besideItself(node.object as AnyNode) : undefined;
  if (node.type !== 'NewExpression' || identifierOf(node.callee) !== 'URL' || node.arguments.length !== 2) return undefined;
  const [specifier, base] = node.arguments;
  return base?.type === 'MemberExpression' && base.object.type === 'MetaProperty' ? folded(specifier) : undefined;
}

export function onNew(node: NewExpression, { path, archive }: Surroundings): Suspicion | undefined {
  const [file, options] = node.arguments;
  const name = identifierOf(node.callee) ?? (node.callee.type === 'MemberExpression' ? memberName(node.callee) : undefined);
  if (name !== 'Worker' && name !== 'SharedWorker') return undefined;
  if (options?.type === 'ObjectExpression' && options.properties.some((property) => property.type === 'Property' && propertyName(property) === 'eval' && !(property.value.type === 'Literal' && property.value.value === false))) {
    return evaluates('a worker with "eval"');
  }
  const specifier = file && (folded(file) ?? besideItself(file));
  return specifier === undefined ? undefined : suspectModule(specifier, path, archive);
}

export function onImport(node: ImportDeclaration, { path, archive }: Surroundings): Suspicion | undefined {
  const source = String(node.source.value);
  const names = node.specifiers.flatMap((specifier) => (specifier.type === 'ImportSpecifier' ? [specifier.imported.type === 'Identifier' ? specifier.imported.name : String(specifier.imported.value)] : []));
  const process = /^(?:node:)?process$/.test(source) && names.find((name) => ofProcess.has(name));
  if (process) return forbidden(`it imports "${process}" from "${source}", which reaches into the runtime`);
  const hook = /^(?:node:)?(?:module|v8)$/.test(source) && names.find((name) => loaderHooks.has(name));
  return hook ? forbidden(`it imports "${hook}" from "${source}", which changes how code is loaded`) : suspectModule(source, path, archive);
}
