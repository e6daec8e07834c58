/** From the words of the command line to the exit code. */
import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import { CommanderError } from 'commander';
import { COMMANDS } from './commands/table.js';
import type { Context } from './context.js';
import { CommandFailed, EXIT, exitCodeOf, UsageError, type ExitCode } from './exit/codes.js';
import { errorLine, errorReport } from './exit/report.js';
import { Output } from './io/output.js';
import { visible } from './io/visible.js';
import { parse, type Invocation } from './parser.js';
import { readConfigFile } from './settings/config-file.js';
import { configPath } from './settings/places.js';
import { resolveSettings } from './settings/resolve.js';
import { refuseSecretFlags } from './settings/secrets.js';
import { Signals } from './signals.js';

/**
 * Runs one command as a shell would, and ends the process with its exit code.
 *
 * @param words of the command line, without Node and the script
 *
 * @example
 * await runProgram(['ask', '--local', 'Is anybody there?']);
 */
export async function runProgram(words: readonly string[]): Promise<void> {
  endQuietlyWithoutReader(words);
  // A fault that nothing caught is told like any other, without its stack.
  process.on('uncaughtException', (error) => {
    tell(error, words);
    process.exit(exitCodeOf(error));
  });
  const code = await exitCode(words);
  // Output must be flushed before the process ends.
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  process.exit(code);
}

async function exitCode(words: readonly string[]): Promise<ExitCode> {
  try {
    refuseSecretFlags(words);
    const invocation = parse(words, COMMANDS, (text) => process.stdout.write(text));
    if (invocation === undefined) return EXIT.ok;
    await run(invocation);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return ofCommander(error, words);
    tell(error, words);
    return exitCodeOf(error);
  }
}

async function run({ spec, flags, words }: Invocation): Promise<void> {
  const { env } = process;
  const home = homeDirectory();
  const settings = resolveSettings(flags, env, await readConfigFile(configPath(env, home)));
  const output = new Output(process.stdout, process.stderr, {
    json: settings.json === true,
    quiet: settings.quiet === true,
    env,
  });
  tameConsole(output);
  const signals = new Signals();
  const context: Context = {
    settings,
    flags,
    words,
    commands: COMMANDS,
    output,
    env,
    home,
    signal: signals.signal,
    takeSignals: (handler) => signals.take(handler),
  };
  const command = await spec.load?.();
  await command?.run(context);
}

/** Never relative: an empty HOME would take settings and keys from the directory that the command was started in. */
function homeDirectory(): string {
  const home = homedir();
  return isAbsolute(home) ? home : userInfo().homedir;
}

/**
 * Console output of libraries goes to stderr, like everything but the answer. The SDK warns
 * about plain HTTP, which the settings permit only to this machine, where nobody is in between.
 */
function tameConsole(output: Output): void {
  // eslint-disable-next-line no-console -- replaced, so that nothing else prints past the rules of this command
  console.warn = (text: unknown) => {
    if (!String(text).startsWith('WARNING: Using HTTP')) output.note(visible(String(text)));
  };
}

/** Commander's own errors; asking for help is not one of them. */
function ofCommander(error: CommanderError, words: readonly string[]): ExitCode {
  if (error.exitCode === EXIT.ok) return EXIT.ok;
  tell(new UsageError(usageMessage(error, words)), words);
  return EXIT.usage;
}

/** One line, without what follows `=`: it may be a secret given to a flag that does not exist. */
function usageMessage({ code, message }: CommanderError, words: readonly string[]): string {
  if (code === 'commander.help') return 'a command is missing; see nomyo --help';
  const text = message.replace(/^error: /u, '').replaceAll(/(--[\w-]+)=[^']*/gu, '$1');
  const command = words.find((word) => COMMANDS.some(({ name }) => name === word));
  return `${text}; see nomyo ${command === undefined ? '' : `${command} `}--help`;
}

function tell(error: unknown, words: readonly string[]): void {
  const isJson = words.includes('--json');
  process.stderr.write(`${isJson ? JSON.stringify(errorReport(error)) : errorLine(error)}\n`);
}

/** `nomyo ask … | head -1`: a reader that closed the pipe is not a failure. Notes on a closed stderr stop nothing. */
function endQuietlyWithoutReader(words: readonly string[]): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    tell(new CommandFailed(`standard output cannot be written (${error.code ?? 'unknown error'})`), words);
    process.exit(EXIT.failure);
  });
}

const flush = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));
