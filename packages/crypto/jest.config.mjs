import { browserProject, nodeProject } from '../../tools/config/jest.mjs';

// Everything runs with both engines and both memory backends, but for the tests of one runtime alone.
const nodeOnly = ['/node_modules/', '[.]node[.]test[.]ts$'];

export default {
  // Milliseconds. A 4096-bit key takes seconds on a busy machine.
  testTimeout: 60_000,
  projects: [nodeProject('crypto'), browserProject('crypto', { testPathIgnorePatterns: nodeOnly })],
};
