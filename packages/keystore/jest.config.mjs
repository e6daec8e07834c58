import { browserProject, nodeProject } from '../../tools/config/jest.mjs';

/** `*.node.test.ts` need files and processes; `*.web.test.ts` are about runtimes without them; all others run twice. */
export default {
  projects: [
    nodeProject('keystore', { testPathIgnorePatterns: ['\\.web\\.test\\.ts$'] }),
    browserProject('keystore', { testPathIgnorePatterns: ['\\.node\\.test\\.ts$'] }),
  ],
};
