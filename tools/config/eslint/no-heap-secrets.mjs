// Secrets live in `allocateBytes` or a `SecureByteContext`, never in a typed array that V8 may keep inside its own
// heap: arrays of up to 64 bytes are stored there, are copied out at the first native use, and the copy that stays
// behind can be wiped by nobody. The rule cannot know what is secret, so it forbids every way of making such an
// array in `packages/*/src`, but for the harmless ones: a view of an ArrayBuffer, a length that is 0 or surely above
// the limit, and constants written in the source. Where the bytes are public and the code reads better that way:
// `// eslint-disable-next-line nomyo/no-heap-secrets -- the reason`.
import { staticNumber } from './static-number.mjs';

/** Bytes that V8 stores inside a typed array object (`--typed-array-max-size-in-heap`). */
const MAX_BYTES_IN_HEAP = 64;

const ELEMENT_BYTES = new Map([
  ['Uint8Array', 1],
  ['Uint8ClampedArray', 1],
  ['Int8Array', 1],
  ['Buffer', 1],
  ['Uint16Array', 2],
  ['Int16Array', 2],
  ['Uint32Array', 4],
  ['Int32Array', 4],
  ['Float32Array', 4],
  ['Float64Array', 8],
  ['BigInt64Array', 8],
  ['BigUint64Array', 8],
]);
const ARRAY_BUFFERS = new Set(['ArrayBuffer', 'SharedArrayBuffer', 'ArrayBufferLike']);

/** Static methods that take a length. */
const ALLOCATORS = new Set(['alloc', 'allocUnsafe', 'allocUnsafeSlow']);
/** Static methods that take bytes, an ArrayBuffer, or values. */
const COPIERS = new Set(['from', 'of', 'concat', 'copyBytesFrom']);
/** Methods that give a new array of the same kind. `subarray` gives a view. */
const METHODS_THAT_COPY = new Set(['slice', 'map', 'filter', 'with', 'toSorted', 'toReversed']);

const isConstant = (node) =>
  node.type === 'Literal' ||
  (node.type === 'ArrayExpression' && node.elements.every((item) => item?.type === 'Literal'));

const named = (type, names) => type.getSymbol() !== undefined && names.has(type.getSymbol().name);

export const noHeapSecrets = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      heap: '`{{what}}` may live inside the JavaScript heap, where it cannot be wiped: use allocateBytes, a SecureByteContext or subarray.',
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();
    const parts = (node) => {
      const type =
        checker.getBaseConstraintOfType(services.getTypeAtLocation(node)) ?? services.getTypeAtLocation(node);
      return type.isUnion() ? type.types : [type];
    };
    const typeOf = (node) => services.getTypeAtLocation(node);
    const isArrayBuffer = (node) => parts(node).every((type) => named(type, ARRAY_BUFFERS));
    const report = (node, what) => context.report({ node, messageId: 'heap', data: { what } });

    function isAboveTheHeap(length, elementBytes) {
      const count = staticNumber(length, { sourceCode: context.sourceCode, typeOf });
      return count !== undefined && (count === 0 || count * elementBytes > MAX_BYTES_IN_HEAP);
    }

    function checkStaticCall(call, { object, property }) {
      const [first] = call.arguments;
      if (object.type !== 'Identifier' || !ELEMENT_BYTES.has(object.name) || first === undefined) return;
      const what = `${object.name}.${property.name}()`;
      if (ALLOCATORS.has(property.name) && !isAboveTheHeap(first, 1)) report(call, what);
      if (!COPIERS.has(property.name) || call.arguments.every(isConstant)) return;
      if (property.name !== 'from' || !isArrayBuffer(first)) report(call, what);
    }

    return {
      NewExpression(node) {
        if (node.callee.type !== 'Identifier') return;
        const elementBytes = ELEMENT_BYTES.get(node.callee.name);
        const [first] = node.arguments;
        if (elementBytes === undefined || first === undefined) return;
        if (
          isArrayBuffer(first) ||
          isAboveTheHeap(first, elementBytes) ||
          (first.type === 'ArrayExpression' && isConstant(first))
        ) {
          return;
        }
        report(node, `new ${node.callee.name}()`);
      },
      CallExpression(node) {
        if (node.callee.type !== 'MemberExpression' || node.callee.property.type !== 'Identifier') return;
        checkStaticCall(node, node.callee);
        const { object, property } = node.callee;
        // Buffer.prototype.slice gives a view.
        const copies = (type) =>
          named(type, ELEMENT_BYTES) && !(property.name === 'slice' && named(type, new Set(['Buffer'])));
        if (METHODS_THAT_COPY.has(property.name) && parts(object).some(copies)) {
          report(node, `.${property.name}()`);
        }
      },
    };
  },
};
