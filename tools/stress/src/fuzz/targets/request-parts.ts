/** A caller's base URLs and headers: none that is accepted can leave HTTPS or split a request. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { endpoint, parseBaseUrl, requestHeaders } from '@nomyo/transport';
import type { Random } from '../../common/random.js';
import { mutate } from '../mutate.js';
import { expect, judge, type Target } from '../target.js';

const URLS = [
  'https://api.nomyo.ai',
  'https://router.example:8443/gateway/',
  'https://[::1]:12435',
  'http://127.0.0.1:12435',
  'https://user:password@router.example',
  'https://router.example/?a=b#c',
  'HTTPS:\\\\router.example\\path',
  'https:router.example',
  '//router.example',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://xn--nxasmq6b/%2e%2e/%00',
];

export const urlTarget: Target = {
  name: 'base URL',
  weight: 5,
  runtimes: ['node', 'browser'],
  prepare: () =>
    Promise.resolve({
      attempt: async (random) => {
        const text = mutate(Buffer.from(random.pick(URLS), 'utf8'), random).toString('utf8');
        const allowHttp = random.oneIn(2);
        const result = await judge(
          () => parseBaseUrl(text, { allowHttp }),
          ['INVALID_ARGUMENT', 'INSECURE_URL'],
        );
        if ('code' in result) return result.code;
        const { protocol, host, username, password, search, hash } = result.value;
        expect(protocol === 'https:' || (allowHttp && protocol === 'http:'), 'HTTPS, or what was allowed');
        expect(`${username}${password}${search}${hash}` === '', 'no credentials, query or fragment');
        const target = endpoint(result.value, '/v1/x');
        expect(target.host === host && target.protocol === protocol, 'an endpoint at the same place');
        expect(target.pathname.endsWith('/v1/x'), 'the path of the endpoint');
        return 'taken';
      },
    }),
};

const NAMES = [
  'X-Trace',
  'Content-Type',
  'X-Payload-ID',
  'Transfer-Encoding',
  'Host',
  'authorization',
  '__proto__',
];
const VALUES = ['plain', 'with space', 'a\r\nX-Injected: 1', 'caf\u00e9', '\u0100', '\u0000', '\t tab', ''];

export const headersTarget: Target = {
  name: 'headers',
  weight: 5,
  runtimes: ['node', 'browser'],
  prepare: () =>
    Promise.resolve({
      attempt: async (random) => {
        const input = headersInput(random);
        const result = await judge(() => requestHeaders(input), ['INVALID_ARGUMENT']);
        if ('code' in result) return result.code;
        for (const [name, value] of Object.entries(result.value)) {
          validateHeaderName(name);
          validateHeaderValue(name, value);
          // eslint-disable-next-line no-control-regex -- control characters are what is looked for
          expect(!/[\r\n\u0000]/u.test(name + value), 'no way to begin another header');
        }
        const { 'X-Payload-ID': id, 'Content-Type': type } = result.value;
        expect(id === input.payloadId && type === 'application/octet-stream', 'the headers of the protocol');
        return 'taken';
      },
    }),
};

function headersInput(random: Random): Parameters<typeof requestHeaders>[0] {
  const text = (from: readonly string[]): string => {
    const chosen = random.pick(from);
    return random.oneIn(2) ? chosen : mutate(Buffer.from(chosen, 'utf8'), random).toString('latin1');
  };
  const names = Array.from({ length: random.below(3) }, () => text(NAMES));
  return {
    payloadId: random.oneIn(8) ? text(VALUES) : '6b0c1e9e-6d5a-4c9f-9b9e-2d8e2f0a7c11',
    publicKeyPem: text(['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n']),
    apiKey: random.oneIn(3) ? text(['an-api-key', 'key\r\nX: 1', '', ' ']) : undefined,
    securityTier: random.oneIn(3) ? text(['high', 'maximum']) : undefined,
    extra: Object.fromEntries(names.map((name) => [name, text(VALUES)])),
  };
}
