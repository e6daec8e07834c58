/** The words that can follow each command. Pure. */
import type { CommandSpec } from '../../command.js';
import { SETTINGS } from '../../settings/table.js';

/** A flag, what it does, and whether a file name or something else follows. */
export interface CompletionFlag {
  readonly name: string;
  readonly help: string;
  readonly takes: 'nothing' | 'file' | 'directory' | 'value';
}

/** The words before, such as `keys generate`, and what may follow. */
export interface CompletionWords {
  readonly path: readonly string[];
  readonly summary: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly flags: readonly CompletionFlag[];
}

/** One entry for each command and group. */
export function completionWords(commands: readonly CommandSpec[]): readonly CompletionWords[] {
  const root = {
    path: [],
    summary: '',
    commands: namesOf(commands),
    flags: [flagOf('--version', 'print the version'), HELP],
  };
  return [root, ...commands.flatMap((spec) => wordsOf(spec, []))];
}

function wordsOf(spec: CommandSpec, before: readonly string[]): readonly CompletionWords[] {
  const path = [...before, spec.name];
  const own = (spec.options ?? []).map(({ flag, help }) => flagOf(flag, help));
  const shared = (spec.settings ?? []).map((name) => flagOf(SETTINGS[name].flag, SETTINGS[name].help));
  const children = spec.commands ?? [];
  return [
    { path, summary: spec.summary, commands: namesOf(children), flags: [...own, ...shared, HELP] },
    ...children.flatMap((child) => wordsOf(child, path)),
  ];
}

const namesOf = (commands: readonly CommandSpec[]): CompletionWords['commands'] =>
  commands.map(({ name, summary }) => ({ name, summary }));

function flagOf(flag: string, help: string): CompletionFlag {
  // A short form stands before the long one: `-o, --output <file>`.
  const [name = flag, value] = flag.replace(/^-\w, /u, '').split(' ');
  return { name, help, takes: takesOf(value) };
}

function takesOf(value: string | undefined): CompletionFlag['takes'] {
  if (value === undefined) return 'nothing';
  if (value.includes('dir')) return 'directory';
  return /file|path/u.test(value) ? 'file' : 'value';
}

const HELP: CompletionFlag = { name: '--help', help: 'what the command does', takes: 'nothing' };
