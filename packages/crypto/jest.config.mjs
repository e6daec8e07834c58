import { browserProject, nodeProject } from '../../tools/config/jest.mjs';

// Everything runs with both engines and both memory backends, but for the tests of one runtime alone.
const nodeOnly = ['/node_modules/', '[.]node[.]test[.]ts$'];

export default {
  projects: [nodeProject('crypto'), browserProject('crypto', { testPathIgnorePatterns: nodeOnly })],
};
