// Typed and strict, for every package and tool. It applies to the repository wherever eslint is started: each package
// lints itself (`pnpm lint`), so that turbo can cache it.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { nomyo } from './eslint/plugin.mjs';

const root = resolve(import.meta.dirname, '../..');

/** Every member with TypeScript is type-checked by the project that knows its sources and its tests. */
const members = ['packages', 'tools', 'tools/verify']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .concat('native')
  .filter((member) => existsSync(join(root, member, 'tsconfig.test.json')));

const typedProjects = members.map((member) => ({
  basePath: root,
  files: [`${member}/**/*.ts`],
  languageOptions: {
    parserOptions: { project: [`${member}/tsconfig.test.json`], tsconfigRootDir: root },
  },
}));

/** The globals of Node that plain scripts use; TypeScript knows its own. */
const nodeGlobals = Object.fromEntries(
  [
    'process',
    'console',
    'Buffer',
    'URL',
    'TextEncoder',
    'TextDecoder',
    'setTimeout',
    'setInterval',
    'clearInterval',
    'clearTimeout',
    'structuredClone',
    'fetch',
    'Request',
    'Response',
    'crypto',
    'performance',
    'AbortController',
    'AbortSignal',
    'globalThis',
  ].map((name) => [name, 'readonly']),
);

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/build/',
    '**/prebuilds/',
    '**/.turbo/',
    '**/.results/',
    '**/.tmp/',
    '**/.cache/',
    '**/fixtures/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, plugins: { nomyo } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'object-shorthand': 'error',
      'prefer-template': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use an `as const` table.' },
      ],
      'nomyo/disable-needs-reason': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    rules: {
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true },
      ],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/strict-boolean-expressions': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Members of parsed JSON are read with brackets: nobody vouches for them.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
    },
  },
  ...typedProjects,
  {
    basePath: root,
    files: ['packages/*/src/**/*.ts', 'tools/**/src/**/*.ts', 'native/src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 250 }],
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
    },
  },
  {
    basePath: root,
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'nomyo/no-heap-secrets': 'error',
      // The layer rules do not see what is required at run time.
      'no-restricted-imports': ['error', { paths: ['module', 'node:module'] }],
    },
  },
  {
    basePath: root,
    // What a program loads before its first answer.
    files: ['packages/{base,crypto,keystore,transport,nomyo-js}/src/**/*.ts'],
    ignores: ['packages/nomyo-js/src/audit/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: ['node:http', 'node:util'].map((name) => ({
            name,
            allowTypeImports: true,
            message:
              'An import of it costs every start some ms: see transport/src/connection/node-http.node.ts.',
          })),
        },
      ],
    },
  },
  {
    basePath: root,
    files: ['packages/crypto/src/runtime/addon.node.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    basePath: root,
    // It answers tests: what it opens was never secret.
    files: ['packages/router/src/testing/**/*.ts'],
    rules: { 'nomyo/no-heap-secrets': 'off' },
  },
  {
    basePath: root,
    files: ['**/test/**/*.ts'],
    rules: {
      // A wrong call must not compile; the line that shows it says why.
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 8 },
      ],
      '@typescript-eslint/explicit-function-return-type': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
);
