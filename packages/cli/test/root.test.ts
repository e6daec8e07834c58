/** `--root`: version 2 of the protocol from the command line, against a router that speaks it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { startRouter } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { collect, ended, Home } from './cli.js';
import { describeTerminal, Terminal } from './terminal.js';
import { begin, finish, say, startStage, type Stage } from './version2.js';

const home = new Home();
let stage: Stage;

beforeAll(async () => {
  stage = await startStage(home.path);
});
afterEach(() => stage.hold(false));
afterAll(async () => {
  home.remove();
  await stage.close();
});

const OTHER_ROOT = `ed25519/${'A'.repeat(43)}=`;
const PIN = `sha256/${'A'.repeat(43)}=`;
const KEPT = ['--key-dir', 'kept'];
const ask = (...args: string[]) => [
  'ask',
  '--model',
  'm',
  '--max-retries',
  '0',
  '--base-url',
  stage.url,
  ...args,
];

describe('nomyo ask --root', () => {
  it('asks by version 2, and remembers the configuration in the key directory, without a key pair', async () => {
    const { code, stdout } = await home.run(ask('--root', stage.root, ...KEPT, '--json', 'hello'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ _metadata: { protocol: 'nomyo/2' } });
    expect(readFileSync(home.file('kept/seen_configurations'), 'utf8')).toContain('127.0.0.1');
    expect(() => readFileSync(home.file('kept/private_key.pem'))).toThrow('ENOENT');
  });

  it('reads NOMYO_ROOT and NOMYO_REALM', async () => {
    const env = { NOMYO_ROOT: stage.root, NOMYO_REALM: '127.0.0.1' };
    expect((await home.run(ask('--ephemeral', 'hello'), { env })).code).toBe(0);
    const elsewhere = { ...env, NOMYO_REALM: 'llm.example' };
    expect((await home.run(ask('--ephemeral', 'hello'), { env: elsewhere })).code).toBe(3);
  });

  it('refuses another root with 3, and asks nothing', async () => {
    const before = stage.asked.length;
    const { code, stdout } = await home.run(ask('--root', OTHER_ROOT, '--ephemeral', 'hello'));
    expect({ code, stdout, asked: stage.asked.length }).toEqual({ code: 3, stdout: '', asked: before });
  });

  it('never falls back to version 1', async () => {
    const old = await startRouter({ keySize: 2048 });
    const args = ['ask', '--model', 'm', '--base-url', old.url, '--root', stage.root, '--ephemeral', 'hello'];
    const { code, stderr } = await home.run(args);
    expect(code).toBe(3);
    expect(stderr).toContain('version 2 and nothing else');
    expect(old.requests.every(({ method }) => method === 'GET')).toBe(true);
    await old.close();
  });

  it.each([
    { what: 'a pin', args: ['--pin', PIN], says: '--pin cannot be used with --root' },
    { what: 'first use', args: ['--first-use', ...KEPT], says: '--first-use cannot be used with --root' },
    {
      what: 'a password of a key pair',
      args: ['--key-password-file', 'f'],
      says: '--key-password-file cannot',
    },
    { what: 'a realm that is none', args: ['--realm', 'é'], says: '--realm must be' },
  ])('refuses $what beside it with 2, and says why', async ({ args, says }) => {
    const { code, stderr } = await home.run(ask('--root', stage.root, ...args, 'hello'));
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  it('refuses a local router beside it with 2, since that router speaks version 1', async () => {
    const { code, stderr } = await home.run(['ask', '--local', '--root', stage.root, 'hello']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'nomyo: --root cannot be used with --local\n' });
  });

  it.each([
    { what: 'a root that is none', args: ['--root', 'ed25519/abc'], says: '--root must be ed25519/' },
    {
      what: 'a realm without a root',
      args: ['--realm', 'llm.example'],
      says: '--realm belongs to version 2',
    },
  ])('refuses $what with 2', async ({ args, says }) => {
    const { code, stderr } = await home.run(ask(...args, 'hello'));
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

describe('nomyo doctor --root', () => {
  const look = async (root: string) => {
    const args = ['doctor', '--json', '--base-url', stage.url, '--root', root, '--ephemeral'];
    const { code, stdout } = await home.run(args);
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly id: string }[] };
    return { code, byId: Object.fromEntries(checks.map((check) => [check.id, check])) };
  };

  it('says whether the root vouches for the key of the router', async () => {
    const { byId } = await look(stage.root);
    expect(byId['endpoint']).toMatchObject({ status: 'ok' });
    expect(byId['router-key']).toMatchObject({ status: 'ok', detail: expect.stringContaining(stage.root) });
    const other = await look(OTHER_ROOT);
    expect(other.code).toBe(1);
    expect(other.byId['router-key']).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('operator'),
    });
  });
});

/** The gateway as a process, and where it says that it is. */
async function startGateway(...args: string[]) {
  const common = ['--port', '0', '--ephemeral', '--base-url', stage.url, '--root', stage.root];
  const child = home.start(['gateway', ...common, ...args]);
  const output = collect(child);
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+/u.exec(output().stdout)?.[0]);
  const token = /token +([\w-]{22,})$/mu.exec(output().stdout)?.[1] ?? '';
  const headers = { authorization: `Bearer ${token}` };
  const post = (path: string) =>
    fetch(url + path, { method: 'POST', headers, body: JSON.stringify(bodyFor(path)) });
  const metrics = async () => (await fetch(`${url}/metrics`, { headers })).text();
  return { child, output, url, headers, post, metrics };
}

function bodyFor(path: string): object {
  const messages = [{ role: 'user', content: 'hello there' }];
  const body = { model: 'small', max_tokens: 100, stream: true };
  return path === '/v1/responses' ? { ...body, input: 'hello there' } : { ...body, messages };
}

/** Reads a stream as it comes. */
function readerOf(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (mark: string) => {
    while (!text.includes(mark)) {
      const next = await reader?.read();
      if (next?.value === undefined) throw new Error(`the answer ended before ${mark}`);
      text += next.value;
    }
    return text;
  };
  const rest = async () => {
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      text += next.value;
    }
    return text;
  };
  return { until, rest, text: () => text };
}

/** The response of the question that the model gets next. */
async function nextQuestion(before: number) {
  return (await until(() => stage.asked[before])).response;
}

/** Path of each protocol, and the end mark of a complete stream. */
const PROTOCOLS = [
  { path: '/v1/chat/completions', whole: 'data: [DONE]' },
  { path: '/v1/responses', whole: 'response.completed' },
  { path: '/v1/messages', whole: 'message_stop' },
  { path: '/api/chat', whole: '"done":true' },
];

describeTerminal('nomyo --root in a terminal', () => {
  it('ask shows the words as the model writes them', async () => {
    stage.hold(true);
    const before = stage.asked.length;
    const terminal = new Terminal(home, ask('--root', stage.root, '--ephemeral', 'hello'));
    try {
      const model = await nextQuestion(before);
      begin(model);
      say(model, 'the first word');
      await terminal.shows('the first word');
      say(model, ', and \u001b[31mthe second');
      await terminal.shows('the first word, and ␛[31mthe second');
      finish(model);
      expect(await terminal.ended()).toBe(0);
    } finally {
      terminal.close();
    }
  });

  it('ask ends with an error when the answer breaks off', async () => {
    stage.hold(true);
    const before = stage.asked.length;
    const terminal = new Terminal(home, ask('--root', stage.root, '--ephemeral', 'hello'));
    try {
      const model = await nextQuestion(before);
      begin(model);
      say(model, 'half an');
      await terminal.shows('half an');
      model.destroy();
      expect([4, 5]).toContain(await terminal.ended());
    } finally {
      terminal.close();
    }
  });

  it('chat remembers what it has shown', async () => {
    const args = ['chat', '--model', 'm', '--base-url', stage.url, '--root', stage.root, '--ephemeral'];
    const terminal = new Terminal(home, args);
    try {
      await terminal.shows('history in memory only');
      terminal.enter('hello');
      await terminal.shows('From the model.');
      const before = stage.asked.length;
      terminal.enter('again');
      await until(() => stage.asked.length > before);
      expect(stage.asked.at(-1)?.body.messages.map(({ content }) => content)).toEqual([
        'hello',
        'From the model.',
        'again',
      ]);
      terminal.press('C-d');
    } finally {
      terminal.close();
    }
  });
});

describe('nomyo gateway --root', () => {
  beforeEach(() => stage.hold(true));

  it.each(PROTOCOLS)('streams $path as it comes, and ends it properly', async ({ path, whole }) => {
    const gateway = await startGateway();
    const before = stage.asked.length;
    const answer = gateway.post(path);
    const model = await nextQuestion(before);
    begin(model);
    say(model, 'first');
    const response = await answer;
    expect(response.headers.get('x-nomyo-stream')).toBeNull();
    const reader = readerOf(response);
    // The second word is not written before the client has the first.
    await reader.until('first');
    say(model, 'second');
    await reader.until('second');
    expect(reader.text()).not.toContain(whole);
    finish(model);
    expect(await reader.rest()).toContain(whole);
    gateway.child.kill('SIGTERM');
    expect(await ended(gateway.child)).toBe(0);
  });

  it.each(PROTOCOLS)(
    'breaks off $path when the model does, and never makes it look whole',
    async ({ path, whole }) => {
      const gateway = await startGateway();
      const before = stage.asked.length;
      const answer = gateway.post(path);
      const model = await nextQuestion(before);
      begin(model);
      say(model, 'half an');
      const reader = readerOf(await answer);
      await reader.until('half an');
      model.destroy();
      await expect(reader.rest()).rejects.toThrow();
      expect(reader.text()).not.toContain(whole);
      expect(reader.text()).toMatch(/"error"/u);
      gateway.child.kill('SIGTERM');
      expect(await ended(gateway.child)).toBe(0);
      expect(gateway.output().stderr).not.toContain('    at ');
    },
  );

  it('counts a call as running until its stream has ended: the next one waits, the one after is refused', async () => {
    const gateway = await startGateway('--max-concurrent', '1', '--max-queue', '1');
    const before = stage.asked.length;
    const first = gateway.post('/v1/chat/completions');
    const model = await nextQuestion(before);
    begin(model);
    say(model, 'first');
    const reader = readerOf(await first);
    await reader.until('first');
    const second = gateway.post('/v1/chat/completions');
    await untilMetric(gateway.metrics, 'nomyo_gateway_calls_waiting 1');
    expect((await gateway.post('/v1/chat/completions')).status).toBe(429);
    expect(stage.asked).toHaveLength(before + 1);
    finish(model);
    await reader.rest();
    const next = await nextQuestion(before + 1);
    begin(next);
    finish(next);
    expect(await (await second).text()).toContain('[DONE]');
    await untilMetric(gateway.metrics, 'nomyo_gateway_calls_running 0');
    gateway.child.kill('SIGTERM');
    expect(await ended(gateway.child)).toBe(0);
  });

  it('frees the place of a client that goes away in the middle, and lets the model know', async () => {
    const gateway = await startGateway('--max-concurrent', '1');
    const before = stage.asked.length;
    const controller = new AbortController();
    const answer = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: gateway.headers,
      body: JSON.stringify(bodyFor('/v1/chat/completions')),
      signal: controller.signal,
    });
    const model = await nextQuestion(before);
    begin(model);
    say(model, 'first');
    await readerOf(await answer).until('first');
    controller.abort();
    await until(() => model.destroyed);
    await untilMetric(gateway.metrics, 'nomyo_gateway_calls_running 0');
    gateway.child.kill('SIGTERM');
    expect(await ended(gateway.child)).toBe(0);
  });

  it('cuts a stream that is silent for longer than --timeout', async () => {
    const gateway = await startGateway('--timeout', '1s', '--max-retries', '0');
    const before = stage.asked.length;
    const answer = gateway.post('/v1/chat/completions');
    const model = await nextQuestion(before);
    begin(model);
    say(model, 'first');
    const reader = readerOf(await answer);
    await expect(reader.rest()).rejects.toThrow();
    expect(reader.text()).toContain('CONNECTION_TIMEOUT');
    expect(reader.text()).not.toContain('[DONE]');
    gateway.child.kill('SIGTERM');
    expect(await ended(gateway.child)).toBe(0);
  });

  it('stops reading when a client does, and buffers little for it', async () => {
    const gateway = await startGateway();
    const before = stage.asked.length;
    const { hostname, port } = new URL(gateway.url);
    const body = JSON.stringify(bodyFor('/v1/chat/completions'));
    const socket = connect(Number(port), hostname, () => {
      socket.pause();
      const head = ['POST /v1/chat/completions HTTP/1.1', `Host: ${hostname}:${port}`];
      const bearer = `Authorization: ${gateway.headers.authorization}`;
      socket.write([...head, bearer, `Content-Length: ${body.length}`, '', body].join('\r\n'));
    });
    const model = await nextQuestion(before);
    begin(model);
    const word = 'x'.repeat(65_536);
    let written = 0;
    const write = (): void => {
      for (let isFree = true; isFree && !model.destroyed && written < MOST; written += word.length) {
        isFree = say(model, word);
      }
    };
    model.on('drain', write);
    write();
    // Sockets and processes on the way fill up, and then nothing moves.
    await until(() => stands(() => written));
    expect(written).toBeLessThan(MOST);
    expect(rssOf(gateway.child.pid)).toBeLessThan(300e6);
    socket.destroy();
    await until(() => model.destroyed);
    await untilMetric(gateway.metrics, 'nomyo_gateway_calls_running 0');
    gateway.child.kill('SIGTERM');
    expect(await ended(gateway.child)).toBe(0);
  });

  it('lets a stream under way finish after SIGTERM, and shows the root on its page', async () => {
    const gateway = await startGateway();
    const page = await (await fetch(gateway.url, { headers: gateway.headers })).text();
    expect(page).toContain(stage.root);
    expect(page).toContain('version 2 of the protocol, and nothing else');
    const before = stage.asked.length;
    const answer = gateway.post('/v1/chat/completions');
    const model = await nextQuestion(before);
    begin(model);
    say(model, 'first');
    const reader = readerOf(await answer);
    await reader.until('first');
    gateway.child.kill('SIGTERM');
    await until(() => gateway.output().stderr.includes('no new calls'));
    say(model, 'second');
    finish(model);
    expect(await reader.rest()).toContain('[DONE]');
    expect(await ended(gateway.child)).toBe(0);
  });
});

/** More than sockets hold, in bytes. */
const MOST = 128e6;
const STILL_MS = 1_500;

/** Whether a number stays the same for a while. */
async function stands(read: () => number): Promise<boolean> {
  const first = read();
  await new Promise((done) => setTimeout(done, STILL_MS));
  return first > 0 && read() === first;
}

/** Resident memory in bytes, as reported by Linux; 0 elsewhere. */
function rssOf(pid = 0): number {
  const status = existsSync('/proc') ? readFileSync(`/proc/${String(pid)}/status`, 'utf8') : '';
  return Number(/^VmRSS:\s+(\d+)/mu.exec(status)?.[1] ?? 0) * 1024;
}

async function untilMetric(metrics: () => Promise<string>, line: string): Promise<void> {
  await until(async () => (await metrics()).includes(line));
}
