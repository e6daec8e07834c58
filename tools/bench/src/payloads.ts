/** Prompts and answers of a wanted size: words and line breaks, as text is. */

/** The size of most prompts and answers, in bytes. */
export const ONE_KB = 1024;

export interface BenchRequest {
  readonly model: string;
  readonly messages: { readonly role: 'user'; readonly content: string }[];
}

const SENTENCE =
  'The patient was seen on the ward, was given 5 mg "as needed", and slept well until the morning.\n';

/** ASCII text of `length` characters, flat in memory: a rope would be flattened at its first use. */
function textOf(length: number): string {
  const rope = SENTENCE.repeat(Math.ceil(length / SENTENCE.length)).slice(0, length);
  return Buffer.from(rope, 'latin1').toString('latin1');
}

/** A request whose JSON has `bytes` bytes or a little more. */
export function requestOf(bytes: number): BenchRequest {
  const around = JSON.stringify(withContent('')).length;
  const escaped = JSON.stringify(SENTENCE).length - 2;
  return withContent(textOf(Math.max(0, Math.ceil(((bytes - around) * SENTENCE.length) / escaped))));
}

function withContent(content: string): BenchRequest {
  return { model: 'bench', messages: [{ role: 'user', content }] };
}

/** The JSON of an answer whose text has `bytes` characters. */
export function answerJson(bytes: number): string {
  const message = { role: 'assistant', content: textOf(bytes) };
  return JSON.stringify({
    ...{ id: 'chatcmpl-bench', object: 'chat.completion', created: 0, model: 'bench' },
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
}

/** Bytes of an envelope around `payloadBytes`, with a key wrapped by RSA-4096; close enough to divide by. */
export function sealedSize(payloadBytes: number): number {
  const base64 = (bytes: number): number => Math.ceil(bytes / 3) * 4;
  const around = 260;
  return base64(payloadBytes) + base64(512) + around;
}
