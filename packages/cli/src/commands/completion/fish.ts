/** Completion for fish. Pure. */
import type { CompletionFlag, CompletionWords } from './words.js';

const TAKES: Readonly<Record<CompletionFlag['takes'], string>> = {
  nothing: '',
  file: ' -r -F',
  directory: ` -x -a '(__fish_complete_directories)'`,
  value: ' -x',
};

/** The script, to be sourced. */
export function fish(entries: readonly CompletionWords[]): string {
  return ['complete -c nomyo -f', ...entries.flatMap(linesOf)].join('\n');
}

function linesOf({ path, commands, flags }: CompletionWords): readonly string[] {
  const when = condition(path, commands);
  return [
    ...commands.map(
      ({ name, summary }) => `complete -c nomyo -n '${when}' -a ${name} -d '${escape(summary)}'`,
    ),
    ...flags.map(
      ({ name, help, takes }) =>
        `complete -c nomyo -n '${when}' -l ${name.replace(/^--/u, '')}${TAKES[takes]} -d '${escape(help)}'`,
    ),
  ];
}

function condition(path: readonly string[], commands: CompletionWords['commands']): string {
  if (path.length === 0) return '__fish_use_subcommand';
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = commands.map(({ name }) => name).join(' ');
  return [...seen, ...(names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`])].join('; and ');
}

const escape = (text: string): string => text.replaceAll("'", '’');
