/**
 * Answers of a router to a whole client, over real sockets: `create()` gives what was sealed, or an error of a class
 * that the answer stands for.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SecureChatCompletion } from 'nomyo-js';
import type { Random } from '../../common/random.js';
import { isSameJson } from '../same-json.js';
import { expect, judge, type Attack, type Target } from '../target.js';
import { scriptOf, type Script } from './router-script.js';

const REQUEST = { model: 'm', messages: [{ role: 'user' as const, content: 'a question' }] };

export const routerAnswerTarget: Target = {
  name: 'router answer',
  weight: 8,
  runtimes: ['node', 'browser'],
  prepare: async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const attack = new RouterAttack(server);
    await attack.ready();
    return attack;
  },
};

class RouterAttack implements Attack {
  readonly #server: Server;
  readonly #client: SecureChatCompletion;
  readonly #keyPem: string;
  #script: Script | undefined;

  constructor(server: Server) {
    this.#server = server.on('request', (request, response) => void this.#answer(request, response));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    this.#client = new SecureChatCompletion({
      ...{ baseUrl: `http://127.0.0.1:${String(port)}`, allowHttp: true, proxy: null },
      ...{ keyDir: null, keySize: 2048, maxRetries: 0, timeout: 5000, serverKeyTtl: 0 },
    });
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#keyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** Makes the client's own pair: without a script there is no key of the router. */
  async ready(): Promise<void> {
    await this.#client.ready().catch(() => undefined);
  }

  async attempt(random: Random): Promise<string> {
    const script = scriptOf(this.#keyPem, random);
    this.#script = script;
    const result = await judge(() => this.#client.create(REQUEST), script.refusals);
    if ('code' in result) return result.code;
    const { _metadata: metadata, ...answer } = result.value;
    expect(isSameJson(answer, script.answer), `what was sealed, in a case of ${script.kind}`);
    expect(metadata.is_encrypted, 'an answer with its metadata');
    return `answer (${script.kind})`;
  }

  async close(): Promise<void> {
    this.#client.dispose();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/pki/public_key' || this.#script === undefined) {
      response.end(this.#script?.keyPem);
      return;
    }
    // Its content does not matter here.
    request.resume();
    const clientKeyPem = decodeURIComponent(String(request.headers['x-public-key']));
    const { status, headers, body } = await this.#script.reply(clientKeyPem);
    response.writeHead(status, { 'content-length': body.byteLength, ...headers }).end(body);
  }
}
