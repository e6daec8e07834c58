import { addonProject, browserProject, nodeProject } from '../../tools/config/jest.mjs';

// Everything runs with both engines and both memory backends, but for the tests of one runtime alone.
const nodeOnly = ['/node_modules/', '[.]node[.]test[.]ts$', '[.]addon[.]test[.]ts$'];

// What never comes near an engine, and what looks at one of them by itself.
const noEngine = '/test/(json/.*|base64|browser.node|der|pem|readme.node|rsa/webcrypto)[.]test[.]ts$';

export default {
  // Milliseconds. A 4096-bit key takes seconds on a busy machine.
  testTimeout: 60_000,
  projects: [
    nodeProject('crypto', { testPathIgnorePatterns: ['/node_modules/', '[.]addon[.]test[.]ts$'] }),
    browserProject('crypto', { testPathIgnorePatterns: nodeOnly }),
    addonProject('crypto', { testPathIgnorePatterns: ['/node_modules/', noEngine] }),
  ],
};
