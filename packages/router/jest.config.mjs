import { nodeProject } from '../../tools/config/jest.mjs';

// Keys and child processes take their time on a busy machine.
export default { testTimeout: 60_000, projects: [nodeProject('router')] };
