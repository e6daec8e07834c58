import { detailReply, textReply, type Reply } from '../../v1/reply.js';
import { completionOf } from '../responder/responder.js';
import { numberOf, type Failure, type Scene } from './failure.js';
import type { STATUS_MODES } from './modes.js';

/** Escape sequences that a terminal obeys, line ends that forge log lines, and characters that turn text around. */
const HOSTILE_LINE = '\u001b[2J\u001b]0;title\u0007\r\nforged: line\u0000\u202e ';
const HOSTILE_CHARACTERS = 100_000;

const VALIDATION = [
  { type: 'missing', loc: ['body', 'model'], msg: 'Field required' },
  { type: 'missing', loc: ['body', 'messages'], msg: 'Field required' },
];

/** Answers in place of the router's. */
export const statusFailures: Readonly<Record<keyof typeof STATUS_MODES, Failure>> = {
  '200-plaintext': { answer: () => json(200, unsealedCompletion()) },
  '200-html': { answer: () => page(200) },
  '200-empty': { answer: () => textReply(200, 'application/octet-stream', '') },
  '200-null': { answer: () => json(200, null) },
  '200-array': { answer: () => json(200, []) },
  '204': { answer: () => ({ status: 204, headers: {}, body: new Uint8Array(0) }) },
  '301': { answer: (scene) => redirect(301, scene) },
  '302': { answer: (scene) => redirect(302, scene) },
  '303': { answer: (scene) => redirect(303, scene) },
  '307': { answer: (scene) => redirect(307, scene) },
  '308': { answer: (scene) => redirect(308, scene) },
  '400': { answer: () => detailReply(400, 'the request is wrong') },
  '400-list': { answer: () => detailReply(400, VALIDATION) },
  '400-hostile': { answer: () => detailReply(400, hostileText()) },
  '401': { answer: () => detailReply(401, 'API key missing or wrong') },
  '403': { answer: () => detailReply(403, 'the model is not allowed for the tier') },
  '403-html': { answer: () => page(403) },
  '404': { answer: () => detailReply(404, 'secure inference is not enabled') },
  '418': { answer: () => detailReply(418, 'this router is a teapot') },
  '422': { answer: () => detailReply(422, VALIDATION) },
  '429': { answer: () => detailReply(429, 'over the rate limit') },
  '429-seconds': { answer: ({ argument }) => retryLater(429, seconds(argument)) },
  '429-date': { answer: ({ argument }) => retryLater(429, date(argument)) },
  '500': { answer: () => detailReply(500, 'the router failed') },
  '500-empty': { answer: () => textReply(500, 'text/plain', '') },
  '502': { answer: () => detailReply(502, 'bad gateway') },
  '502-html': { answer: () => page(502) },
  '503': { answer: () => detailReply(503, 'the inference backend is away') },
  '503-seconds': { answer: ({ argument }) => retryLater(503, seconds(argument)) },
  '503-date': { answer: ({ argument }) => retryLater(503, date(argument)) },
  '503-html': { answer: () => page(503) },
  '504': { answer: () => detailReply(504, 'the inference backend took too long') },
  '504-html': { answer: () => page(504) },
};

/** The page that a proxy gives in place of the server it fronts. */
export function page(status: number): Reply {
  const title = `${String(status)} from a proxy`;
  const html = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return textReply(status, 'text/html; charset=utf-8', html);
}

/** A redirect to the argument of the mode, or to a path where nothing is. */
export function redirect(status: number, { argument, url }: Scene): Reply {
  return textReply(status, 'text/plain', '', { location: argument ?? `${url}/redirected` });
}

function json(status: number, value: unknown): Reply {
  return textReply(status, 'application/json', JSON.stringify(value));
}

function unsealedCompletion(): unknown {
  const request = { model: 'none', messages: [{ role: 'user', content: 'unsealed' }] };
  return completionOf(request, 'unsealed', Math.floor(Date.now() / 1000));
}

function hostileText(): string {
  return HOSTILE_LINE.repeat(Math.ceil(HOSTILE_CHARACTERS / HOSTILE_LINE.length));
}

function retryLater(status: number, retryAfter: string): Reply {
  return detailReply(status, 'try again later', { 'retry-after': retryAfter });
}

function seconds(argument: string | undefined): string {
  return String(numberOf(argument, 1));
}

/** RFC 9110 §5.6.7 */
function date(argument: string | undefined): string {
  return new Date(Date.now() + numberOf(argument, 1) * 1000).toUTCString();
}
