// The value of a length in the source, where it can be known without running the code: a literal, a member of an
// `as const` table, a constant, and products and sums of them.

/** The `const` that an identifier stands for, or `undefined`. */
function constantOf(identifier, scope) {
  for (let at = scope; at !== null; at = at.upper) {
    const definition = at.set.get(identifier.name)?.defs[0];
    if (definition !== undefined) {
      return definition.parent?.kind === 'const' ? definition.node.init : undefined;
    }
  }
  return undefined;
}

/** The number that `node` always stands for, or `undefined`. */
export function staticNumber(node, { sourceCode, typeOf }) {
  const type = typeOf(node);
  if (type.isNumberLiteral()) return type.value;
  if (node.type === 'Identifier') {
    const constant = constantOf(node, sourceCode.getScope(node));
    return constant ? staticNumber(constant, { sourceCode, typeOf }) : undefined;
  }
  if (node.type !== 'BinaryExpression' || !['*', '+'].includes(node.operator)) return undefined;
  const left = staticNumber(node.left, { sourceCode, typeOf });
  const right = staticNumber(node.right, { sourceCode, typeOf });
  if (left === undefined || right === undefined) return undefined;
  return node.operator === '*' ? left * right : left + right;
}
