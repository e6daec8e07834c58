import { browserProject, nodeProject } from '../../tools/config/jest.mjs';

/** `*.node.test.ts` need files and processes; `*.web.test.ts` are about runtimes without them; all others run twice. */
export default {
  // Processes, 600,000 rounds of PBKDF2 and key generation take their time on a busy machine.
  testTimeout: 120_000,
  projects: [
    nodeProject('keystore', { testPathIgnorePatterns: ['\\.web\\.test\\.ts$'] }),
    browserProject('keystore', { testPathIgnorePatterns: ['\\.node\\.test\\.ts$'] }),
  ],
};
