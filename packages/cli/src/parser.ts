/** The command line as commander reads it, made from the table of commands. */
import { Command, Option } from 'commander';
import { PRINTING, type CommandSpec } from './command.js';
import { EXIT } from './exit/codes.js';
import type { Flags } from './settings/resolve.js';
import { AUDIT, flagName, IN_FILE, SETTINGS, type Setting, type SettingName } from './settings/table.js';

/** The parsed command line. */
export interface Invocation {
  readonly spec: CommandSpec;
  readonly flags: Flags;
  readonly words: readonly string[];
}

const EXIT_CODES = [
  `Exit codes: ${String(EXIT.ok)} ok, ${String(EXIT.failure)} anything else, ${String(EXIT.usage)} usage,`,
  `${String(EXIT.security)} security, ${String(EXIT.connection)} connection and timeouts,`,
  `${String(EXIT.api)} the router said no, ${String(EXIT.keyFiles)} key files, ${String(EXIT.interrupted)} Ctrl-C.`,
].join(' ');

/**
 * Flags that may stand before or after every command, so that an alias or a script can give them to all of them. The
 * help of a command lists those that mean something to it. `--local` and `--audit` are not among them: for a command
 * that makes no call, they would promise something that does not happen.
 */
const COMMON: readonly SettingName[] = [
  ...IN_FILE.filter((name) => !AUDIT.includes(name)),
  'apiKeyFd',
  ...PRINTING,
];

/** Lines that fit on a terminal of 80 columns. */
const FLAGS_A_LINE = 5;

const COMMON_FLAGS = [
  'Common flags, before or after every command:',
  ...COMMON.map((name) => flagName(SETTINGS[name])).flatMap((_flag, index, flags) =>
    index % FLAGS_A_LINE === 0 ? [`  ${flags.slice(index, index + FLAGS_A_LINE).join(', ')}`] : [],
  ),
].join('\n');

/**
 * @param print takes the help
 * @throws {CommanderError} on a wrong command line, and when the help was printed
 */
export function parse(
  words: readonly string[],
  commands: readonly CommandSpec[],
  print: (text: string) => void,
): Invocation | undefined {
  let invocation: Invocation | undefined;
  const program = new Command('nomyo')
    .description('End-to-end encrypted LLM inference from the command line.')
    .addOption(new Option('-V, --version', 'print the version'))
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined })
    .addHelpText(
      'after',
      `\n${COMMON_FLAGS}\n\n${EXIT_CODES}\nEvery command explains itself: nomyo COMMAND --help`,
    );
  for (const name of COMMON) program.addOption(settingOption(name).hideHelp());
  for (const spec of commands) {
    add(program, spec, (chosen) => {
      invocation = chosen;
    });
  }
  program.parse([...words], { from: 'user' });
  return invocation;
}

function add(parent: Command, spec: CommandSpec, choose: (chosen: Invocation) => void): void {
  const command = parent.command(spec.name).description(spec.summary).copyInheritedSettings(parent);
  command.helpCommand(false).allowExcessArguments(false);
  if (spec.words !== undefined) command.arguments(spec.words);
  for (const { flag, help, isList } of spec.options ?? []) command.addOption(option(flag, help, isList));
  for (const name of spec.settings ?? []) command.addOption(settingOption(name));
  if (spec.examples !== undefined) {
    command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`);
  }
  for (const child of spec.commands ?? []) add(command, child, choose);
  if (spec.load !== undefined) {
    command.action(() => choose({ spec, flags: command.optsWithGlobals(), words: command.args }));
  }
}

function settingOption(name: SettingName): Option {
  const { flag, help, isList, env }: Setting<unknown> = SETTINGS[name];
  return option(flag, env === undefined ? help : `${help} [${env}]`, isList);
}

/** Of a flag that was given twice the last one counts, unless it is a list. */
function option(flag: string, help: string, isList = false): Option {
  const made = new Option(flag, help);
  if (!isList) return made;
  return made.argParser((value: string, list: readonly string[] | undefined) => [...(list ?? []), value]);
}
