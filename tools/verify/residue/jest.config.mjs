import { nodeProject } from '../../config/jest.mjs';

export default { projects: [nodeProject('residue')] };
