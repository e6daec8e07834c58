/** The short mode: what is out of its band is measured again before it counts. */
import { goalOf, judge } from './goals.js';
import type { Part } from './part.js';
import type { Figure } from './result.js';
import type { Row } from './row.js';

/** How often a row may show a figure out of its band before that is no noise. */
export const ATTEMPTS = 3;

/** Figures beyond their bands. */
function outOfBand(part: Part): readonly Figure[] {
  return part.result.figures.filter((figure) => judge(goalOf(figure.id), figure.summary) === 'out of band');
}

/** Why a part is no success, or `undefined`. */
export function failureOf(part: Part): string | undefined {
  if (part.result.skipped !== undefined) return part.result.skipped;
  const bad = outOfBand(part);
  return bad.length === 0 ? undefined : bad.map(({ id }) => id).join(', ');
}

/** The rows to be measured once more. */
export function toRepeat(rows: readonly Row[], parts: ReadonlyMap<string, Part>): readonly Row[] {
  return rows.filter(({ id }) => {
    const part = parts.get(id);
    return part !== undefined && failureOf(part) !== undefined;
  });
}
