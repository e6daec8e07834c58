import { nodeProject } from '../../tools/config/jest.mjs';

// Real processes and sockets on machines that are busy with other tests.
export default { testTimeout: 120_000, projects: [nodeProject('gateway')] };
