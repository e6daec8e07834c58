/** Where the question comes from: the words, standard input, or both. */
import { UsageError } from '../../exit/codes.js';
import { readStdin } from '../../io/stdin.js';

/** Stands for standard input among the words. */
const STDIN = '-';

/**
 * Standard input is read where no word says what to ask, or where `-` stands among them. It is never waited for beside
 * a question that is whole: who starts the command may have left it open.
 *
 * @throws {UsageError} when there is nothing to ask
 */
export async function readQuestion(words: readonly string[]): Promise<string> {
  const wantsStdin = words.length === 0 || words.includes(STDIN);
  if (words.length === 0 && process.stdin.isTTY) {
    throw new UsageError('no question: add it to the command or pipe it in; see nomyo ask --help');
  }
  const input = wantsStdin ? await readStdin() : '';
  const question = [words.filter((word) => word !== STDIN).join(' '), input]
    .filter((part) => part.trim() !== '')
    .join('\n\n');
  if (question === '') throw new UsageError('the question is empty');
  return question;
}
