import { nodeProject } from '../../tools/config/jest.mjs';

// No platform code: what holds on Node holds in browsers.
export default { testTimeout: 60_000, projects: [nodeProject('base')] };
