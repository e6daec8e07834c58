// One jest configuration for every package: TypeScript sources are read across packages through the
// private `@nomyo/source` condition, so that no test needs a build of another package.
import { fileURLToPath } from 'node:url';

const tsJest = {
  useESM: true,
  diagnostics: { ignoreCodes: [151001] },
  tsconfig: '<rootDir>/tsconfig.test.json',
};

/**
 * @param {string} name shown before each test file
 * @param {'node' | 'browser'} runtime which side of the conditional imports is under test
 */
function project(name, runtime, overrides = {}) {
  return {
    displayName: name,
    testEnvironment: 'node',
    testEnvironmentOptions: { customExportConditions: ['@nomyo/source', runtime] },
    extensionsToTreatAsEsm: ['.ts'],
    moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    transform: { '^.+\\.ts$': ['ts-jest', tsJest] },
    testMatch: ['<rootDir>/test/**/*.test.ts'],
    ...overrides,
  };
}

export const nodeProject = (name, overrides) => project(name, 'node', overrides);
export const browserProject = (name, overrides) => project(`${name} (browser)`, 'browser', overrides);

/** Node with `nomyo-native`, which no member of the workspace installs for @nomyo/crypto. */
export const addonProject = (name, overrides) => {
  const base = project(`${name} (addon)`, 'node', overrides);
  const addon = fileURLToPath(new URL('../../native/index.js', import.meta.url));
  return { ...base, moduleNameMapper: { ...base.moduleNameMapper, '^nomyo-native$': addon } };
};

/** Tests of plain scripts: nothing to compile. */
export const scriptProject = (name, overrides) => ({
  displayName: name,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.mjs'],
  transform: {},
  ...overrides,
});
