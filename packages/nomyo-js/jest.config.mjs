import { addonProject, nodeProject } from '../../tools/config/jest.mjs';

// In ms: tests share their machine with others.
export default {
  testTimeout: 60_000,
  projects: [
    nodeProject('nomyo-js', { testPathIgnorePatterns: ['/node_modules/', '[.]addon[.]test[.]ts$'] }),
    addonProject('nomyo-js', {
      testMatch: ['<rootDir>/test/both-protocols.test.ts', '<rootDir>/test/**/*.addon.test.ts'],
    }),
  ],
};
