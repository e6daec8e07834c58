/** The command's output once the router listens. */
import type { RouterOptions } from '../options.js';
import type { Router } from '../router.js';

/** How the router was started, as far as a person has to know. */
export type Start = Pick<RouterOptions, 'apiKeys' | 'upstream' | 'fail'> & {
  readonly certFile: string | undefined;
};

/** Address, key and answers of the router, and how to reach it. */
export function bannerText(router: Router, start: Start): string {
  return [
    'NOMYO local router, protocol version 1, for development and tests',
    '',
    `  URL          ${router.url}`,
    `  key          ${router.fingerprint}`,
    ...trustLines(router, start),
    `  API key      ${(start.apiKeys ?? []).length === 0 ? 'none needed' : 'needed'}`,
    `  answers      ${answersText(start)}`,
    ...(start.fail === undefined ? [] : [`  fails        ${failText(start.fail)}`]),
    '',
    ...exampleLines(router, start),
    '',
  ].join('\n');
}

function answersText({ upstream }: Start): string {
  if (upstream === undefined) return 'embedded responder, no model';
  return `from ${upstream}${upstream.startsWith('http:') ? ', over a connection without TLS' : ''}`;
}

function trustLines({ ca }: Router, { certFile }: Start): string[] {
  if (ca === undefined) return ['  TLS          none: clients need allowHttp: true'];
  if (certFile === undefined) {
    return ['  TLS          certificate made on the spot; --cert-file PATH writes what to trust'];
  }
  return [`  TLS          certificate made on the spot; trust ${certFile}`];
}

function failText(fail: NonNullable<Start['fail']>): string {
  return typeof fail === 'function' ? 'as a function says' : [fail].flat().join(', ');
}

function exampleLines({ url, ca }: Router, { certFile, apiKeys = [] }: Start): string[] {
  const trust =
    ca === undefined ? 'allowHttp: true' : `tls: { ca: readFileSync(${JSON.stringify(certFile ?? 'PATH')}) }`;
  return [
    '  const client = new SecureChatCompletion({',
    `    baseUrl: ${JSON.stringify(url)}, ${trust},${apiKeys.length === 0 ? '' : " apiKey: '…',"}`,
    '  });',
    "  await client.create({ model: 'any', messages: [{ role: 'user', content: 'Hello' }] });",
  ];
}
