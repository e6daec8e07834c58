/** One line of the input, in the format of OpenAI's batch files. Pure. */
import { isObject } from '@nomyo/base';
import { MAX_JSON_DEPTH } from '@nomyo/crypto';

/** One request of a batch. */
export interface BatchRequest {
  readonly customId: string;
  readonly url: BatchUrl;
  readonly body: Readonly<Record<string, unknown>>;
  /** The line names no model: that of --model is in `body`. */
  readonly takesModel: boolean;
}

/** Paths that can be sealed. */
export const BATCH_URLS = ['/v1/chat/completions', '/v1/responses', '/v1/messages'] as const;

/** One of {@link BATCH_URLS}. */
export type BatchUrl = (typeof BATCH_URLS)[number];

/** Why a line is no request. The message quotes nothing of it but a short `custom_id`. */
export class LineError extends Error {
  override readonly name: string = 'LineError';
}

/** @throws {LineError} */
export function parseRequest(text: string, defaultModel: string | undefined): BatchRequest {
  const { custom_id: customId, method, url, body } = parseObject(text);
  if (typeof customId !== 'string' || customId === '') {
    throw new LineError('custom_id must be a string that is not empty');
  }
  if (method !== 'POST') throw new LineError('method must be POST');
  const known = BATCH_URLS.find((path) => path === url);
  if (known === undefined) throw new LineError(`url must be one of ${BATCH_URLS.join(', ')}`);
  if (!isObject(body)) throw new LineError('body must be a JSON object');
  const checked = checkBody(body, known, defaultModel);
  return { customId, url: known, body: checked, takesModel: checked !== body };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    // The parser's message quotes the line.
  }
  if (isObject(line)) return line;
  throw new LineError('not a JSON object');
}

/** The minimum for any request; the rest is up to the router, and a line that it refuses fails alone. */
function checkBody(
  body: Readonly<Record<string, unknown>>,
  url: BatchUrl,
  defaultModel: string | undefined,
): BatchRequest['body'] {
  const model = body['model'] ?? defaultModel;
  if (typeof model !== 'string' || model === '') {
    throw new LineError('body.model must name a model (or name one for all lines with --model)');
  }
  if (body['stream'] === true) throw new LineError('body.stream must not be true: a batch has whole answers');
  const member = url === '/v1/responses' ? 'input' : 'messages';
  if (!hasContent(body[member], url)) {
    throw new LineError(`body.${member} is missing or empty, and ${url} needs it`);
  }
  return body['model'] === model ? body : { ...body, model };
}

function hasContent(content: unknown, url: BatchUrl): boolean {
  if (Array.isArray(content)) return content.length > 0;
  return url === '/v1/responses' && typeof content === 'string';
}

/** The form of a number that may exceed 1.8e308, the largest in JavaScript. */
const MAYBE_ENDLESS = /[\d.]e\+?\d{3}|\d{200}/iu;

/**
 * Refuses what can be written in JSON and not be sent: numbers that JavaScript takes for infinite, and more levels of lists
 * and objects than a payload may have.
 *
 * @param text that the body was read from
 * @throws {LineError}
 */
export function refuseUnsendable(text: string, body: BatchRequest['body']): void {
  // A level takes two characters at least, so that most lines are not looked at.
  if (text.length < 2 * MAX_JSON_DEPTH && !MAYBE_ENDLESS.test(text)) return;
  let level: readonly object[] = [body];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_JSON_DEPTH) {
      throw new LineError(`body has more than ${String(MAX_JSON_DEPTH)} levels of lists and objects`);
    }
    level = level.flatMap(containersIn);
  }
}

/** @throws {LineError} */
function containersIn(container: object): readonly object[] {
  const members: readonly unknown[] = Object.values(container);
  if (members.includes(Infinity) || members.includes(-Infinity)) {
    throw new LineError('body has a number that is too large to be sent, such as 1e400');
  }
  return members.filter((member) => typeof member === 'object' && member !== null);
}
