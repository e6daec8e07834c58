/** Everything a network, a load balancer or a TLS terminator can do to one exchange of protocol 2. */
import type { Random } from '../common/random.js';

export type Fault =
  /** The answer is cut before byte `at` of frame `frame`; frame -1 is magic and nonce. */
  | { readonly kind: 'cut'; readonly frame: number; readonly at: number; readonly isReset: boolean }
  /** Behind END, before the end of the HTTP message. */
  | { readonly kind: 'cut behind END' }
  | { readonly kind: 'cut in the HTTP head' }
  /** The request is cut before byte `at` of its body. */
  | { readonly kind: 'cut the request'; readonly at: number }
  | { readonly kind: 'flip'; readonly frame: number; readonly at: number }
  | { readonly kind: 'flip in the request'; readonly at: number }
  | { readonly kind: 'in pieces' }
  | { readonly kind: 'never' }
  /** An answer in place of the router's. */
  | { readonly kind: 'canned'; readonly name: string };

/** Behind the boundary of a frame, inside its LENGTH, before TYPE, at the first byte of the ciphertext, inside of it. */
const PLACES = [0, 1, 4, 5, 21, 200] as const;

const STATUSES = [204, 301, 302, 307, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504];

const CLEAR = ['malformed', 'truncated', 'unopenable', 'clock', 'key_unknown', 'replayed', 'busy', 'no_code'];

const page = (status: number, type: string, body: string, more = ''): string =>
  `HTTP/1.1 ${String(status)} x\r\ncontent-type: ${type}\r\ncontent-length: ${String(body.length)}\r\n${more}connection: close\r\n\r\n${body}`;

const forged = (code: string): string => {
  const status = { key_unknown: 422, replayed: 409, busy: 429 }[code] ?? 400;
  return page(status, 'application/problem+json', JSON.stringify({ type: `urn:nomyo:v2:${code}`, status }));
};

/** Whole HTTP answers, by name. */
export const CANNED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    STATUSES.map((status) => [
      `status ${String(status)}`,
      page(status, 'text/html', '<h1>x</h1>', 'location: /v2/keys\r\nretry-after: 0\r\n'),
    ]),
  ),
  ...Object.fromEntries(CLEAR.map((code) => [`forged ${code}`, forged(code)])),
  'a plain completion': page(200, 'application/json', '{"choices":[{"message":{"content":"forged"}}]}'),
  'a page': page(200, 'text/html', '<h1>x</h1>'),
  nothing: page(200, 'application/nomyo-v2-response', ''),
  'no frames': page(200, 'application/nomyo-v2-response', `NYR2${'n'.repeat(32)}`),
  'an old answer': page(
    200,
    'application/nomyo-v2-response',
    `NYR2${'n'.repeat(32)}\0\0\0\u0014\u0001${'x'.repeat(20)}`,
  ),
  'too short a length': page(200, 'application/nomyo-v2-response', 'NYR2').replace('length: 4', 'length: 2'),
  'no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
};

/** One exchange in two meets one. @param random named after the seed, the lane and the exchange */
export function faultFor(isPost: boolean, random: Random): Fault | undefined {
  if (!random.oneIn(isPost ? 2 : 4)) return undefined;
  const canned = (): Fault => ({ kind: 'canned', name: random.pick(Object.keys(CANNED)) });
  if (!isPost) return random.oneIn(6) ? { kind: 'never' } : canned();
  const [frame, at] = [random.below(7) - 1, random.pick(PLACES)];
  return random.pick<() => Fault>([
    () => ({ kind: 'cut', frame, at, isReset: random.oneIn(2) }),
    () => ({ kind: 'cut', frame, at, isReset: random.oneIn(2) }),
    () => ({ kind: 'cut behind END' }),
    () => ({ kind: 'cut in the HTTP head' }),
    () => ({ kind: 'cut the request', at: random.pick([0, 1, 44, 100, 1_164, 1_169, 1_700]) }),
    () => ({ kind: 'flip', frame, at }),
    () => ({ kind: 'flip in the request', at: random.below(2_000) }),
    () => ({ kind: 'in pieces' }),
    () => ({ kind: random.oneIn(4) ? 'never' : 'in pieces' }),
    canned,
    canned,
  ])();
}

export function nameOf(fault: Fault | undefined): string {
  if (fault === undefined) return 'no fault';
  if (fault.kind === 'canned') return fault.name;
  if (fault.kind !== 'cut') return fault.kind;
  if (fault.frame < 0) return 'cut in front of the frames';
  return `cut ${fault.at === 0 ? 'before' : 'inside'} frame ${String(fault.frame)}`;
}
