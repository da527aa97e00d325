import type { AnyNode, Expression, MemberExpression, PrivateIdentifier, Property, Super } from 'acorn';

/** The text that an expression always has: literals, templates without holes, and sums of them, which are how names are hidden. */
export function folded(node: AnyNode | Super | null | undefined): string | undefined {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' ? node.value : undefined;
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? undefined) : undefined;
    case 'BinaryExpression':
      return node.operator === '+' ? sum(folded(node.left), folded(node.right)) : undefined;
    default:
      return undefined;
  }
}

const sum = (left: string | undefined, right: string | undefined): string | undefined => (left === undefined || right === undefined ? undefined : left + right);

const keyName = (key: Expression | PrivateIdentifier, computed: boolean): string | undefined => (!computed && (key.type === 'Identifier' || key.type === 'PrivateIdentifier') ? key.name : folded(key));

/** The name that a member access reads; undefined when only running the code tells. */
export const memberName = ({ property, computed }: MemberExpression): string | undefined => keyName(property, computed);

export const propertyName = ({ key, computed }: Pick<Property, 'key' | 'computed'>): string | undefined => keyName(key, computed);

/** The name of a plain identifier, also behind `(0, name)`. */
export function identifierOf(node: AnyNode | Super | null | undefined): string | undefined {
  if (node?.type === 'Identifier') return node.name;
  if (node?.type === 'SequenceExpression') return identifierOf(node.expressions.at(-1));
  return node?.type === 'ChainExpression' ? identifierOf(node.expression) : undefined;
}
