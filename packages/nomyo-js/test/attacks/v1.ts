/** Version 1 behind a TLS terminator: the real client, the router for tests, and what an attacker needs. */
import { generateKeyPairSync } from 'node:crypto';
import { openEnvelope, RsaPrivateKey, RsaPublicKey, sealEnvelope } from '@nomyo/crypto';
import type { Router } from '@nomyo/router/testing';
import { SecureChatCompletion, type SecurityTier } from '../../src/index.js';
import { later, router } from '../support.js';
import { certificate, type Answered, type Passing } from '../terminator.js';
import { completionOf } from '../v2/model.js';
import { startAttacker, type Attacker } from './attacker.js';

export interface V1 {
  readonly attacker: Attacker;
  readonly router: Router;
  /** The result that the client's caller gets. */
  ask(question: string, tier?: SecurityTier): Promise<string>;
}

export async function startV1(): Promise<V1> {
  const behind = await router({
    tls: false,
    answers: ({ messages }) => `to: ${String(messages.at(-1)?.['content'])}`,
  });
  const attacker = await startAttacker(behind.url);
  const { ca } = await certificate();
  const options = { keyDir: null, keySize: 2048, maxRetries: 0, tls: { ca } } as const;
  const client = new SecureChatCompletion({ baseUrl: attacker.url, ...options });
  later(() => client.dispose());
  return {
    attacker,
    router: behind,
    async ask(question, tier) {
      const request = { model: 'm', messages: [{ role: 'user' as const, content: question }] };
      const answer = await client.create({
        ...request,
        ...(tier === undefined ? {} : { security_tier: tier }),
      });
      return String(answer.choices[0]?.message.content);
    },
  };
}

/** A pair of the attacker's own. */
export interface ForeignPair {
  readonly publicKey: string;
  open(envelope: Uint8Array): Promise<string>;
}

export async function makePair(): Promise<ForeignPair> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = await RsaPrivateKey.fromPkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }));
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    open: async (envelope) => {
      const { plaintext } = await openEnvelope(envelope, key);
      return plaintext.use((bytes) => Buffer.from(bytes).toString());
    },
  };
}

/** The client's key, which every request carries in the clear. */
export const clientKeyOf = ({ headers }: Passing): string =>
  decodeURIComponent(String(headers['x-public-key']));

/** An answer of the attacker's own, sealed to whom it may concern. */
export async function forge(publicKey: string, content: string): Promise<Answered> {
  const payload = Buffer.from(completionOf(content));
  const body = Buffer.from(await sealEnvelope(payload, await RsaPublicKey.fromPem(publicKey)));
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body };
}
