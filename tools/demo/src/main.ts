/**
 * One sealed request and its answer, over HTTPS, against the local router: what the two sides and the wire between
 * them get to see. Leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RsaPublicKey } from '@nomyo/crypto';
import { startRouter, type Router } from '@nomyo/router/testing';
import { SecureChatCompletion, type ChatCompletion } from 'nomyo-js';
import { sealedRequest, viewOf } from './wire.js';

const QUESTION = 'Patient 4711 has potassium of 6.1 mmol/l. What must I check first?';

/** Words of the conversation that nobody on the wire may read. */
const SECRETS = ['Patient', '4711', 'potassium', 'mmol', 'messages'];

const LABEL_WIDTH = 22;

const directory = await mkdtemp(join(tmpdir(), 'nomyo-demo-'));
const router = await startRouter({ tls: true, apiKeys: ['demo-key'] });
try {
  await show(router, directory);
} finally {
  await router.close();
  await rm(directory, { recursive: true });
}

async function show(to: Router, keyDir: string): Promise<void> {
  heading('1  A router of your own, over HTTPS');
  line('address', to.url);
  line('certificate', 'made a moment ago, trusted by tls.ca alone');
  line("router's key", to.fingerprint);

  const client = new SecureChatCompletion({
    baseUrl: to.url,
    apiKey: 'demo-key',
    keyDir: join(keyDir, 'client_keys'),
    serverKeyPins: [to.fingerprint],
    tls: to.ca === undefined ? {} : { ca: to.ca },
  });
  try {
    const answer = await client.create({
      model: 'Qwen/Qwen3-0.6B',
      messages: [{ role: 'user', content: QUESTION }],
      security_tier: 'maximum',
    });
    heading('2  What you see');
    line('question', QUESTION);
    showAnswer(answer);
    await showWire(to);
    heading('4  Secrets in the memory of this process');
    const protection = client.getMemoryProtectionInfo();
    line('protection', protection.method);
    line('', protection.details);
  } finally {
    client.dispose();
  }
}

function showAnswer(answer: ChatCompletion): void {
  line('answer', answer.choices[0]?.message.content ?? '');
  for (const [name, value] of Object.entries(answer._metadata)) line(name, String(value));
}

async function showWire(to: Router): Promise<void> {
  const view = viewOf(sealedRequest(to), SECRETS);
  const clientKey = await RsaPublicKey.fromPem(view.clientKeyPem);
  heading('3  What everybody else sees on the wire');
  line('request', `${String(view.requestBytes)} bytes, answer ${String(view.answerBytes)} bytes`);
  line('envelope', view.algorithm);
  line('', `${view.payloadAlgorithm}, its key wrapped with ${view.keyAlgorithm}`);
  line('ciphertext', `${view.ciphertextStart} …`);
  line('headers', `tier ${view.tier}, payload ${view.payloadId}`);
  line("client's key", clientKey.fingerprint);
  line('checked', `none of ${SECRETS.join(', ')} can be read in either`);
}

function heading(text: string): void {
  console.log(`\n${text}\n${'─'.repeat(text.length)}`);
}

/** A label, and text broken at spaces so that it fits into 80 columns. */
function line(label: string, text: string): void {
  const room = 80 - LABEL_WIDTH;
  const lines = text.replaceAll(/\s+/g, ' ').match(new RegExp(`.{1,${String(room)}}(?=\\s|$)|\\S+`, 'g')) ?? [
    '',
  ];
  for (const [index, part] of lines.entries()) {
    console.log((index === 0 ? label : '').padEnd(LABEL_WIDTH) + part.trim());
  }
}
