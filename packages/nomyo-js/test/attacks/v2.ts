/** Version 2 behind the attacker: the client of `nomyo-js/v2`, and the server of `@nomyo/router`. */
import {
  AnswerOpener,
  chooseKey,
  generateKemKey,
  parsePin,
  RequestOpener,
  sealRequest,
  takeKeyDocument,
  type SealedRequest,
} from '@nomyo/protocol-v2';
import type { SecurityTier } from '../../src/index.js';
import type { Passing } from '../terminator.js';
import { completionOf, startModel, type Model } from '../v2/model.js';
import { authority, client, REALM, startRouter } from '../v2/stage.js';
import { certificate } from '../terminator.js';
import { startAttacker, type Attacker } from './attacker.js';

export interface V2 {
  readonly attacker: Attacker;
  /** Questions that the models got, in order. */
  asked(tier: 'standard' | 'maximum'): readonly string[];
  /** Moves the clock of the router. */
  advance(seconds: number): void;
  /** A request of the attacker's own, who may ask as everybody may. */
  seal(question: string): Promise<SealedRequest>;
  /** The result that the client's caller gets. */
  ask(question: string, tier?: SecurityTier): Promise<string>;
}

export async function startV2(): Promise<V2> {
  const keys = await authority();
  const [standard, maximum] = [await sayingWho('standard'), await sayingWho('maximum')];
  const to = ({ url }: Model) => ({ upstream: url, models: undefined });
  let ahead = 0;
  const { server } = await startRouter(await keys.signer(), {
    model: standard,
    tiers: new Map([
      ['untiered', to(standard)],
      ['standard', to(standard)],
      ['maximum', to(maximum)],
    ]),
    now: () => Date.now() / 1_000 + ahead,
  });
  const attacker = await startAttacker(server.url);
  const asking = client({ url: attacker.url, ca: (await certificate()).ca, authority: keys });
  return {
    attacker,
    asked: (tier) => (tier === 'standard' ? standard : maximum).asked.map(({ body }) => questionOf(body)),
    advance: (seconds) => (ahead += seconds),
    seal: (question) => sealFor(attacker, keys.pin, question),
    ask: async (question, tier) => {
      const answer = await asking.create({
        ...bodyOf(question),
        ...(tier === undefined ? {} : { security_tier: tier }),
      });
      return String(answer.choices[0]?.message.content);
    },
  };
}

function sayingWho(name: string): Promise<Model> {
  return startModel(({ body }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(completionOf(`${name}: ${questionOf(body)}`));
  });
}

const bodyOf = (question: string) =>
  ({ model: 'm', messages: [{ role: 'user', content: question }] }) as const;

function questionOf(body: string): string {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  return messages.at(-1)?.content ?? '';
}

const now = (): number => Math.floor(Date.now() / 1_000);

async function sealFor({ passOn }: Attacker, pin: string, question: string): Promise<SealedRequest> {
  const get = { method: 'GET', path: '/v2/keys', headers: {}, body: Buffer.alloc(0) };
  const { body } = await passOn(get);
  const document = await takeKeyDocument(body, {
    roots: [parsePin('roots[0]', pin)],
    realm: REALM,
    now: now(),
  });
  return sealRequest({
    key: chooseKey(document, now()),
    head: { method: 'POST', path: '/v1/chat/completions', contentType: 'application/json' },
    body: Buffer.from(JSON.stringify(bodyOf(question))),
    now: now(),
  });
}

/** These bytes as read by a holder of `answer`. */
export async function openAnswer(
  { answer }: SealedRequest,
  contentType: string,
  body: Uint8Array,
): Promise<string> {
  const pieces: Buffer[] = [];
  const sink = (piece: Uint8Array): void => void pieces.push(Buffer.from(piece));
  const opener = new AnswerOpener({ answer, contentType, sink });
  await opener.push(body);
  opener.end();
  return Buffer.concat(pieces).toString();
}

/** An answer as good as anybody can make it without the router's key: sealed for this request, by a stranger's key. */
export async function answerOfStranger({ body }: Passing): Promise<Buffer> {
  const at = body.readUIntBE(36 + 2, 6);
  const stranger = await generateKemKey({ activeFrom: at - 1, activeUntil: at + 100 });
  const requestId = body.subarray(20, 36).toString('hex');
  const head = { method: 'POST', path: '/v1/chat/completions' } as const;
  const request = await sealRequest({ key: stranger, head, now: at, requestId });
  const opener = new RequestOpener({
    pathKeyId: stranger.keyId,
    keys: { find: () => stranger },
    now: () => at,
    sink: () => undefined,
  });
  await opener.push(request.message);
  const sealer = await (await opener.end()).answer();
  return Buffer.from(await sealer.whole({ status: 200 }, Buffer.from(completionOf('forged'))));
}
