import { nodeProject } from '../../tools/config/jest.mjs';

// Real sockets on machines that are busy with other tests.
export default { testTimeout: 60_000, projects: [nodeProject('transport')] };
