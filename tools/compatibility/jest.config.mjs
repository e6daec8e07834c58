import { scriptProject } from '../config/jest.mjs';

export default { projects: [scriptProject('compatibility')] };
