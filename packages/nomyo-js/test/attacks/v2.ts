/** Version 2 behind the same TLS terminator: the server of `@nomyo/router`, and the client's half of the protocol. */
import { join } from 'node:path';
import {
  AnswerOpener,
  chooseKey,
  CONTENT_TYPE,
  parsePin,
  protocolError,
  readClearError,
  sealRequest,
  takeKeyDocument,
  type KeyDocument,
  type SealedRequest,
  type Tier,
} from '@nomyo/protocol-v2';
import { createRoot, delegate, MemoryReplayMap, openSigner, OPEN_TO_ALL, startServer } from '@nomyo/router';
import { later, temporaryDirectory } from '../support.js';
import { send, startModel, startTerminator, type Terminator } from './http.js';

export interface V2 {
  readonly terminator: Terminator;
  /** Questions that the models got, in order. */
  readonly asked: { readonly standard: readonly string[]; readonly maximum: readonly string[] };
  /** Moves the clock of the router. */
  advance(seconds: number): void;
  /** The key configuration, as the client takes it. */
  document(): Promise<KeyDocument>;
  /** What the client gives its caller. @throws with a class of SPEC section 10 as its `code` */
  ask(question: string, tier?: Tier): Promise<string>;
}

export async function startV2(): Promise<V2> {
  const standard = await startModel((question) => `standard: ${question}`);
  const maximum = await startModel((question) => `maximum: ${question}`);
  let ahead = 0;
  const { signer, pin } = await makeSigner();
  const server = await startServer({
    ...{ signer, suites: [1], host: '127.0.0.1', port: 0, metricsHost: '127.0.0.1', metricsPort: undefined },
    ...{ tls: undefined, access: OPEN_TO_ALL, upstreamApiKey: undefined, replays: new MemoryReplayMap() },
    tiers: new Map([
      ['untiered', { upstream: standard.url, models: undefined }],
      ['standard', { upstream: standard.url, models: undefined }],
      ['maximum', { upstream: maximum.url, models: undefined }],
    ]),
    print: () => undefined,
    now: () => Date.now() / 1_000 + ahead,
  });
  later(() => server.close());
  const terminator = await startTerminator(server.url);
  const document = () => fetchDocument(terminator, pin);
  return {
    terminator,
    asked: { standard: standard.asked, maximum: maximum.asked },
    advance: (seconds) => (ahead += seconds),
    document,
    ask: async (question, tier) => exchange(terminator, await seal(await document(), question, tier), tier),
  };
}

async function makeSigner(): Promise<{ signer: Awaited<ReturnType<typeof openSigner>>; pin: string }> {
  const directory = temporaryDirectory();
  const [root, output] = [join(directory, 'root.pem'), join(directory, 'signer.pem')];
  const pin = await createRoot(root);
  await delegate({ root, output, realm: 'localhost', days: 1, epoch: 1 });
  return { signer: await openSigner(output), pin };
}

const now = (): number => Math.floor(Date.now() / 1_000);

async function fetchDocument({ url, ca }: Terminator, pin: string): Promise<KeyDocument> {
  const get = { method: 'GET', path: '/v2/keys', headers: {}, body: Buffer.alloc(0) };
  const { body } = await send(url, get, ca);
  return takeKeyDocument(body, { roots: [parsePin('roots[0]', pin)], realm: 'localhost', now: now() });
}

export function seal(document: KeyDocument, question: string, tier?: Tier): Promise<SealedRequest> {
  const body = Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: question }] }));
  const head = { method: 'POST', path: '/v1/chat/completions', contentType: 'application/json' } as const;
  return sealRequest({
    key: chooseKey(document, now()),
    head: { ...head, ...(tier === undefined ? {} : { tier }) },
    body,
    now: now(),
  });
}

async function exchange({ url, ca }: Terminator, request: SealedRequest, tier?: Tier): Promise<string> {
  const headers = { 'content-type': CONTENT_TYPE.request };
  const post = { method: 'POST', path: `/v2/${request.keyId}`, headers, body: Buffer.from(request.message) };
  const { status, headers: answered, body } = await send(url, post, ca);
  if (status !== 200) throw protocolError(readClearError(status, body.toString()) ?? 'not_sealed');
  return contentOf(await openAnswer(request, answered['content-type'], body, tier));
}

/** What somebody who has `answer` makes of these bytes. */
export async function openAnswer(
  { answer }: Pick<SealedRequest, 'answer'>,
  contentType: string | undefined,
  body: Uint8Array,
  tier?: Tier,
): Promise<string> {
  const pieces: Buffer[] = [];
  const sink = (piece: Uint8Array): void => void pieces.push(Buffer.from(piece));
  const opener = new AnswerOpener({ answer, tier, contentType, sink });
  await opener.push(body);
  opener.end();
  return Buffer.concat(pieces).toString();
}

export function contentOf(json: string): string {
  const { choices } = JSON.parse(json) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? '';
}
