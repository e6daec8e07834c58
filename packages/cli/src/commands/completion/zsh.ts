/** Completion for zsh. Pure. */
import type { CompletionFlag, CompletionWords } from './words.js';

const ACTION: Readonly<Record<CompletionFlag['takes'], string>> = {
  nothing: '',
  file: ':file:_files',
  directory: ':directory:_files -/',
  value: ':value: ',
};

/** The script, to be sourced or put where `fpath` leads. */
export function zsh(entries: readonly CompletionWords[]): string {
  const functions = entries.map(functionOf);
  return `#compdef nomyo\n\n${functions.join('\n\n')}\n\n_nomyo "$@"`;
}

function functionOf({ path, commands, flags }: CompletionWords): string {
  const name = ['_nomyo', ...path].join('_');
  const specs = flags.map(({ name: flag, help, takes }) => `'${flag}[${escape(help)}]${ACTION[takes]}'`);
  if (commands.length === 0) return `${name}() {\n  _arguments ${[...specs, "'*:file:_files'"].join(' ')}\n}`;
  const described = commands.map((command) => `'${command.name}:${escape(command.summary)}'`).join(' ');
  const branches = commands.map((command) => `${command.name}) ${name}_${command.name} ;;`).join(' ');
  return `${name}() {
  local context state line
  _arguments -C ${specs.join(' ')} '1:command:->command' '*::word:->word'
  case $state in
    command) local -a commands=(${described}); _describe command commands ;;
    word) case $line[1] in ${branches} esac ;;
  esac
}`;
}

const escape = (text: string): string => text.replaceAll("'", '’').replaceAll(/[[\]:\\]/gu, String.raw`\$&`);
