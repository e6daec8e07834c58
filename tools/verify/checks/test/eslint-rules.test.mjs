import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { disableNeedsReason } from '../../../config/eslint/disable-needs-reason.mjs';
import { noHeapSecrets } from '../../../config/eslint/no-heap-secrets.mjs';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

const fixtures = join(import.meta.dirname, 'fixtures');
const typed = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    // Where CI is set, the parser would take the file from the disk instead of the code that it is given.
    parserOptions: {
      project: ['tsconfig.json'],
      tsconfigRootDir: fixtures,
      disallowAutomaticSingleRunInference: true,
    },
  },
});

const inTypeScript = (code) => ({ code, filename: join(fixtures, 'rule.ts') });
const flagged = (code) => ({ ...inTypeScript(code), errors: [{ messageId: 'heap' }] });

typed.run('no-heap-secrets', noHeapSecrets, {
  valid: [
    'new Uint8Array(new ArrayBuffer(n));',
    'new Uint8Array(buffer);',
    'new Uint8Array(buffer, 0, n);',
    'new Uint8Array(bytes.buffer, bytes.byteOffset, n);',
    'Buffer.from(bytes.buffer, bytes.byteOffset, n);',
    'bytes.subarray(0, n);',
    'node.slice(0, n);',
    'buffer.slice(0, n);',
    'text.slice(0, n); [1, 2].slice(1).map(String);',
    // V8 keeps up to 64 bytes in its heap; these are longer, or nothing.
    'new Uint8Array(0);',
    'new Uint8Array(65);',
    'new Uint32Array(17);',
    'Buffer.allocUnsafeSlow(PIECE);',
    'new Uint8Array(SIZES.large);',
    // Constants written in the source are no secrets.
    'Uint8Array.of(1, 0, 1);',
    'new Uint8Array([1, 0, 1]);',
    `Buffer.from('-----BEGIN');`,
    'class Other { static from(n: number) { return n; } } Other.from(n);',
  ].map((code) => inTypeScript(context(code))),
  invalid: [
    'new Uint8Array(n);',
    'new Uint8Array(32);',
    'new Uint8Array(64);',
    'new Uint32Array(16);',
    'new Uint8Array(SIZES.key);',
    'new Uint8Array(bytes);',
    'new Uint8Array([...bytes]);',
    'new Uint8Array(bytesOrBuffer);',
    'new BigUint64Array(4);',
    'Buffer.alloc(32);',
    'Buffer.alloc(n);',
    'Buffer.allocUnsafe(n);',
    'Buffer.allocUnsafeSlow(n);',
    'Buffer.from(text);',
    `Buffer.from(text, 'base64');`,
    'Buffer.from(bytes);',
    'Buffer.concat([bytes, bytes]);',
    'Uint8Array.from(bytes);',
    'Uint8Array.of(n);',
    'bytes.slice(0, n);',
    'bytes?.slice(0, n);',
    'bytes.map((byte) => byte ^ n);',
    'bytes.toReversed();',
    'node.map((byte) => byte ^ n);',
    'generic(bytes);',
  ].map((code) => flagged(context(code))),
});

/** Declarations used by the cases; `generic` copies through a type parameter. */
function context(code) {
  const generic = code.startsWith('generic')
    ? 'const generic = <T extends Uint8Array>(copied: T) => copied.slice(0);'
    : '';
  return `
    declare const n: number; declare const text: string;
    declare const bytes: Uint8Array; declare const node: Buffer; declare const buffer: ArrayBuffer;
    declare const bytesOrBuffer: Uint8Array | ArrayBuffer;
    const PIECE = 48 * 1024; const SIZES = { key: 32, large: 4096 } as const;
    ${generic} ${code} export { PIECE, SIZES };`;
}

new RuleTester().run('disable-needs-reason', disableNeedsReason, {
  valid: [
    '// eslint-disable-next-line no-console -- a demo speaks to people\nconsole.log(1);',
    '/* eslint-disable no-console -- a demo speaks to people */\n/* eslint-enable no-console */',
    '// a comment about eslint-disable',
  ],
  invalid: [
    { code: '// eslint-disable-next-line no-console\nconsole.log(1);', errors: [{ messageId: 'reason' }] },
    { code: '/* eslint-disable no-console */', errors: [{ messageId: 'reason' }] },
  ],
});
