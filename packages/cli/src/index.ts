/**
 * The command `nomyo` for programs that bring it along: an import runs nothing.
 *
 * @packageDocumentation
 */
export { EXIT, type ExitCode } from './exit/codes.js';
export { runProgram } from './program.js';
