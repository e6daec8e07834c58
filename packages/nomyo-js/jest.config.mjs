import { nodeProject } from '../../tools/config/jest.mjs';

// In ms: tests share their machine with others.
export default { testTimeout: 60_000, projects: [nodeProject('nomyo-js')] };
