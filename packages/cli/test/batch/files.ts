/** Inputs and outputs of `nomyo batch`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface OutLine {
  readonly id: string;
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly request_id: string | null;
    readonly body: Record<string, never>;
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export const request = (id: string, text: string, more: object = {}) => ({
  custom_id: id,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'm', messages: [{ role: 'user', content: text }], ...more },
});

/** `r0`, `r1`, …, each with a text of its own. */
export const requests = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => request(`r${index}`, `question ${index};`, more));

export function writeLines(path: string, lines: readonly unknown[]): string {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(path, `${text.join('\n')}\n`);
  return path;
}

export function readLines(path: string): readonly OutLine[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as OutLine);
}

export const ids = (lines: readonly OutLine[]) => lines.map(({ custom_id: id }) => id);
