import { nodeProject } from '../../tools/config/jest.mjs';

export default { projects: [nodeProject('testkit')] };
