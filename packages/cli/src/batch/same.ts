/** Whether a run may resume a journal: only if it asks for the same, so that two batches are never mixed. Pure. */
import type { Header } from './journal/record.js';

/** Of the journals that this version writes. */
export const JOURNAL_VERSION = 2;

/** How the journal is opened. */
export interface Opening {
  /** Failed lines are tried again: the lines are those that the journal names, and failures may go elsewhere. */
  readonly reopens: boolean;
}

/**
 * @param begun what the journal says
 * @param now what it would say if the batch were begun by this run
 * @returns how the two differ, as the end of a sentence about the journal; `undefined` when they do not
 */
export function otherBatch(begun: Header, now: Header, { reopens }: Opening): string | undefined {
  if (begun.v !== JOURNAL_VERSION) return 'was written by another version of nomyo';
  return otherInput(begun, now) ?? otherLines(begun, now, reopens) ?? otherOptions(begun, now, reopens);
}

function otherInput(begun: Header, now: Header): string | undefined {
  if (begun.inputSha256 === now.inputSha256 && begun.lines === now.lines) return undefined;
  return begun.input === now.input
    ? `belongs to an earlier state of ${now.input}, which was changed since`
    : `belongs to another input, ${begun.input}`;
}

function otherLines(begun: Header, now: Header, reopens: boolean): string | undefined {
  if (reopens || begun.selection?.sha256 === now.selection?.sha256) return undefined;
  return 'belongs to another choice of lines (--retry)';
}

function otherOptions(begun: Header, now: Header, reopens: boolean): string | undefined {
  const options: readonly (readonly [flag: string, begun: string | null, now: string | null])[] = [
    ['--model', begun.asked.model, now.asked.model],
    ['--tier', begun.asked.tier, now.asked.tier],
    ['--seal-to', keyOf(begun), keyOf(now)],
    ...(reopens ? [] : [['--errors', begun.errors, now.errors] as const]),
  ];
  const isQueued = begun.fleet !== null;
  if (isQueued !== (now.fleet !== null)) return `was begun ${isQueued ? 'with' : 'without'} --queue`;
  const other = options.find(([, before, after]) => before !== after);
  return other === undefined ? undefined : began(other[0], other[1]);
}

const keyOf = ({ sealedTo }: Header): string | null => (sealedTo === null ? null : `the key ${sealedTo}`);

const began = (flag: string, value: string | null): string =>
  value === null ? `was begun without ${flag}` : `was begun with ${flag} ${value}`;
