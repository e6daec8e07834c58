import { scriptProject } from '../config/jest.mjs';

// One file after the other: they share what is installed, and the machine.
export default { maxWorkers: 1, projects: [scriptProject('compatibility')] };
