/** Completion for bash 4.2 and later. Pure. */
import type { CompletionWords } from './words.js';

/** The script, to be sourced. */
export function bash(entries: readonly CompletionWords[]): string {
  const cases = entries.map(
    ({ path, commands, flags }) =>
      `    '${path.join(' ')}') words='${[...commands, ...flags].map(({ name }) => name).join(' ')}' ;;`,
  );
  const files = flagsThatTake(entries, 'file');
  const directories = flagsThatTake(entries, 'directory');
  const values = flagsThatTake(entries, 'value');
  return `# bash completion for nomyo
_nomyo() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' word words=''
  case "$prev" in
    ${files}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    ${directories}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    --tier) mapfile -t COMPREPLY < <(compgen -W 'standard high maximum' -- "$cur"); return ;;
    ${values}) return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${groupsOf(entries)} " in
      *" \${path:+$path }$word "*) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _nomyo nomyo`;
}

/** Every path of words, each between spaces of its own: ` keys  keys generate `. */
const groupsOf = (entries: readonly CompletionWords[]): string =>
  entries
    .map(({ path }) => path.join(' '))
    .filter((path) => path !== '')
    .join('  ');

function flagsThatTake(entries: readonly CompletionWords[], kind: string): string {
  const names = entries.flatMap(({ flags }) =>
    flags.filter(({ takes }) => takes === kind).map(({ name }) => name),
  );
  return [...new Set(names)].filter((name) => name !== '--tier').join('|') || "''";
}
