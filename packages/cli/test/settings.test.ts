/** The configuration file and secrets in files, in every form in which people leave them behind. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { errorLine } from '../src/exit/report.js';
import { readConfigFile } from '../src/settings/config-file.js';
import { resolveSettings } from '../src/settings/resolve.js';
import { readSecret } from '../src/settings/secrets.js';
import { BINARY, Home } from './cli.js';

const home = new Home();
let router: Router;
beforeAll(async () => {
  router = await startRouter({ keySize: 2048, apiKeys: ['good-key', 'other-key'] });
});
afterAll(async () => {
  home.remove();
  await router.close();
});

const CONFIG = '.config/nomyo/config.json';

function writeConfig(content: string | Uint8Array): void {
  rmSync(home.file('.config'), { recursive: true, force: true });
  mkdirSync(home.file('.config/nomyo'), { recursive: true });
  writeFileSync(home.file(CONFIG), content);
}

/** A command that needs its settings and ends before it calls anybody: nothing is listening there. */
const nobody = ['pin', '--base-url', 'http://127.0.0.1:9'];

describe('a base URL', () => {
  it.each([
    ['nope', 'must be a URL, such as https://api.nomyo.ai'],
    ['https://llm.example/?tier=high', 'must have neither a query nor a fragment'],
    ['https://llm.example/#top', 'must have neither a query nor a fragment'],
    ['https://llm.example/a b', 'must be an absolute URL'],
    ['ftp://llm.example', 'must begin with https:'],
    ['https://someone:PASS-WORD@llm.example', 'must not hold a user name or password'],
  ])('such as %s is refused by the name that the user wrote', async (baseUrl, says) => {
    const file = { path: 'config.json', members: { baseUrl } };
    const refusals = [
      await messageOf(() => resolveSettings({ baseUrl }, {}, undefined)),
      await messageOf(() => resolveSettings({}, { NOMYO_BASE_URL: baseUrl }, undefined)),
      await messageOf(() => resolveSettings({}, {}, file)),
    ];
    const names = ['--base-url', 'NOMYO_BASE_URL', 'baseUrl in config.json'];
    expect(refusals).toEqual(names.map((name) => expect.stringContaining(`${name} ${says}`)));
    expect(refusals.join()).not.toContain('PASS-WORD');
  });
});

describe('the configuration file', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['a comma too many', '{\n  "model": "m",\n}\n', 'is not JSON: line 3, column 1'],
    ['a comma too few', '{"model": "m" "tier": "high"}', 'is not JSON: line 1, column 15'],
    ['a comment', '{\n  // mine\n  "model": "m" }', 'is not JSON: line 2, column 3'],
    ['an open string', '{"model": "m\n}', 'is not JSON: line 1, column 11'],
    ['the end of it missing', '{"model": ["m"', 'is not JSON: line 1, column 15'],
    ['two values', '{"model": "ü"} {}', 'is not JSON: line 1, column 16'],
    ['nothing', '', 'is not JSON: line 1, column 1'],
    ['a list', '[]', 'must hold a JSON object'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d]), 'is not UTF-8 text'],
    ['too much', `{"model": "${'m'.repeat(4_194_304)}"}`, 'has more than 4 MiB'],
    ['a list for one value', '{"model": ["a", "b"]}', 'must be a string'],
    ['a number for a text', '{"model": 5}', 'must be a string'],
    ['a text for a switch', '{"ephemeral": "yes"}', 'must be true or false'],
    ['no pins', '{"pin": []}', 'must be a string or a list of strings'],
    ['null', '{"tier": null}', 'must be a string'],
    ['a fraction', '{"maxRetries": 1.5}', 'must be a whole number'],
    ['an unknown member', '{"modle": "m"}', 'modle in'],
    ['a member of every object', '{"__proto__": {"tier": "high"}}', '__proto__ in'],
    ['an API key', '{"apiKey": "NOT-A-KEY"}', 'set NOMYO_API_KEY'],
    ['a password', '{"keyPassword": "NOT-A-KEY"}', 'set NOMYO_KEY_PASSWORD'],
  ])('with %s is refused, and the message names the fault', async (_name, content, says) => {
    writeConfig(content);
    const told = await messageOf(async () =>
      resolveSettings({}, {}, await readConfigFile(home.file(CONFIG))),
    );
    expect(told).toContain(CONFIG);
    expect(told).toContain(says);
    expect(told).not.toContain('NOT-A-KEY');
  });

  it('may begin with a byte order mark, and is not looked for at relative paths', async () => {
    writeConfig('\ufeff{"tier": "top"}');
    const settings = { code: 2, stderr: expect.stringContaining('tier in') };
    expect(await home.run(nobody)).toMatchObject(settings);
    expect(await home.run(nobody, { env: { XDG_CONFIG_HOME: '.config' } })).toMatchObject(settings);
    // Without HOME, the home is that of the account, whatever is in there: only this configuration must not be found.
    expect((await home.run(nobody, { env: { HOME: '' } })).stderr).not.toContain('tier in');
  });

  it('that is a directory ends with 2, a missing one counts as none', async () => {
    rmSync(home.file('.config'), { recursive: true, force: true });
    mkdirSync(home.file(CONFIG), { recursive: true });
    expect(await home.run(nobody)).toMatchObject({ code: 2, stderr: expect.stringContaining('EISDIR') });
    rmSync(home.file('.config'), { recursive: true });
    mkdirSync(home.file('.config/nomyo'), { recursive: true });
    symlinkSync(home.file('nowhere'), home.file(CONFIG));
    expect((await home.run(nobody)).code).toBe(4);
  });

  it('comes after the environment, the API key itself included', async () => {
    writeFileSync(home.file('wrong-key'), 'wrong-key', { mode: 0o600 });
    writeConfig(JSON.stringify({ apiKeyFile: home.file('wrong-key'), model: 'm', ephemeral: true }));
    const ask = ['ask', '--base-url', router.url, '--max-retries', '0', 'hello'];
    expect((await home.run(ask)).code).toBe(5);
    expect((await home.run(ask, { env: { NOMYO_API_KEY: '' } })).code).toBe(5);
    expect((await home.run(ask, { env: { NOMYO_API_KEY: 'good-key' } })).code).toBe(0);
    writeConfig('{}');
  });
});

describe('an empty variable', () => {
  const NAMES = 'BASE_URL TLS_CA API_KEY API_KEY_FILE KEY_DIR KEY_PASSWORD KEY_PASSWORD_FILE EPHEMERAL';
  const MORE =
    'TIER MODEL TIMEOUT MAX_RETRIES PIN FIRST_USE ROOT REALM POLICY AUDIT AUDIT_REQUIRED AUDIT_KEY';

  it('counts as none', async () => {
    const env = Object.fromEntries(`${NAMES} ${MORE}`.split(' ').map((name) => [`NOMYO_${name}`, '']));
    expect((await home.run(nobody, { env })).code).toBe(4);
  });
});

describe('a file with a secret', () => {
  const read = (content: string | Uint8Array): string => {
    writeFileSync(home.file('secret'), content, { mode: 0o600 });
    return readSecret(home.file('secret'), '--token-file');
  };

  it.each<[string, string | Uint8Array]>([
    ['a line end', 'a-token-of-sixteen\n'],
    ['a line end of Windows', 'a-token-of-sixteen\r\n'],
    ['no line end', 'a-token-of-sixteen'],
    ['a byte order mark', '\ufeffa-token-of-sixteen\n'],
    ['a second line', 'a-token-of-sixteen\n# made in May\n'],
  ])('may have %s', (_name, content) => {
    expect(read(content)).toBe('a-token-of-sixteen');
  });

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'is empty'],
    ['spaces alone', '   \n', 'is empty'],
    ['an empty first line', '\na-token-of-sixteen\n', 'is empty'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x41, 0x00]), 'is not UTF-8 text'],
    ['far too much', 'x'.repeat(20_000), 'has more than 16384 bytes'],
  ])('is refused with %s', async (_name, content, says) => {
    const told = await messageOf(() => read(content));
    expect(told).toContain(`--token-file: ${home.file('secret')} ${says}`);
  });

  it.each<[string | number, string]>([
    ['/nowhere', '/nowhere cannot be read (ENOENT)'],
    ['/', '/ cannot be read (EISDIR)'],
    [9_997, 'descriptor 9997 cannot be read (EBADF)'],
  ])('%s is refused with the reason', async (from, says) => {
    expect(await messageOf(() => readSecret(from, '--api-key-file'))).toBe(`--api-key-file: ${says}`);
  });

  it('is not read from a descriptor that Node opened for itself', async () => {
    const args = ['ask', '--model', 'm', '--ephemeral', '--api-key-fd', '4', 'hello'];
    const stderr = expect.stringMatching(
      /^nomyo: --api-key-fd: descriptor 4 (is not open|cannot be read .*)\n$/u,
    );
    expect(await home.run(args)).toEqual({ code: 2, signal: null, stdout: '', stderr });
  });

  it.each(['two words', 'schlüssel'])('holds no API key: %s', async (key) => {
    const { code, stderr } = await home.run(['ask', '--model', 'm', '--ephemeral', 'hello'], {
      env: { NOMYO_API_KEY: key },
    });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^nomyo: NOMYO_API_KEY: the API key must be /u),
    ]);
    expect(stderr).not.toContain(key);
  });

  it.each(['short', 'a token of sixteen', 'ein-schlüssel-mit-umlaut'])(
    'holds no token for a gateway: %s',
    async (token) => {
      writeFileSync(home.file('token'), token, { mode: 0o600 });
      const args = ['--port', '0', '--ephemeral', '--token-file', home.file('token')];
      const { code, stderr } = await home.run(['gateway', '--base-url', router.url, ...args]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^nomyo: --token-file: the token must have at least 16 [^\n]+\n$/u);
      expect(stderr).not.toContain(token);
    },
  );

  it('may be a pipe; Ctrl-C ends the wait for one without a writer', async () => {
    await shell(`mkfifo '${home.file('fifo')}'`);
    const nomyo = `'${process.execPath}' '${BINARY}' ask --base-url ${router.url} --model m --ephemeral`;
    const piped = await shell(`${nomyo} --api-key-file <(sleep 0.2; echo good-key) hello`);
    expect(piped).toEqual({ code: 0, stderr: '' });
    const fd = await shell(`${nomyo} --api-key-fd 3 hello 3< <(printf good-key)`);
    expect(fd).toEqual({ code: 0, stderr: '' });
    const waiting = `timeout --signal=INT --kill-after=60 5 ${nomyo} --api-key-file '${home.file('fifo')}' hello`;
    // Its message when the signal ended it.
    expect((await shell(waiting)).code).toBe(124);
  });
});

/** Runs a bash script while the router of this process keeps running. */
function shell(script: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', script], { env: home.env(), stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('close', (code) => resolve({ code, stderr }));
  });
}

/** The message of what is thrown. */
async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return errorLine(error).replace('nomyo: ', '');
  }
  throw new Error('nothing was thrown');
}
