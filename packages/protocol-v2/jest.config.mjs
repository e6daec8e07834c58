import { browserProject, nodeProject } from '../../tools/config/jest.mjs';

// Everything runs with both platforms' primitives.
export default {
  testTimeout: 120_000,
  projects: [
    nodeProject('protocol-v2'),
    browserProject('protocol-v2', { testPathIgnorePatterns: ['/node_modules/', '[.]node[.]test[.]ts$'] }),
  ],
};
