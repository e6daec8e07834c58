/** Files that are pipes nobody writes to: Ctrl-C ends what waits for them. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@nomyo/testkit';
import { BINARY, Home } from './cli.js';

const home = new Home();
const PIPE = 'silent';

beforeAll(async () => {
  spawnSync('mkfifo', [home.file(PIPE)]);
  await home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', 'keys']);
  await home.run(['ask', '--local', '--audit', 'log', 'hello']);
  const line = { custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: { messages: ['hello'] } };
  writeFileSync(home.file('in.jsonl'), JSON.stringify(line));
});
afterAll(() => home.remove());

/** The end of the pipe that is written to, once somebody reads: the system refuses it before (ENXIO). */
function writer(): number | undefined {
  try {
    return openSync(home.file(PIPE), constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

const LOCAL = ['--local', '--model', 'm'];
const NOBODY = ['--base-url', 'https://127.0.0.1:9', '--ephemeral'];

const waiting: readonly (readonly string[])[] = [
  ['ask', ...LOCAL, '--file', PIPE, 'hello'],
  ['ask', ...LOCAL, '--schema', PIPE, 'hello'],
  ['ask', ...LOCAL, '--audit', 'log', '--audit-key', PIPE, 'hello'],
  ['ask', ...NOBODY, '--model', 'm', '--tls-ca', PIPE, 'hello'],
  ['ask', ...NOBODY, '--model', 'm', '--api-key-file', PIPE, 'hello'],
  ['batch', 'in.jsonl', '-o', 'out.jsonl', '--seal-to', PIPE, ...LOCAL],
  ['gateway', ...LOCAL, '--port', '0', '--token-file', PIPE],
  ['gateway', ...LOCAL, '--port', '0', '--tls-cert', PIPE, '--tls-key', PIPE],
  ['doctor', ...NOBODY, '--tls-ca', PIPE],
  ['open', PIPE, '--key-dir', 'keys'],
  ['audit', 'verify', 'log', '--key', PIPE],
  ['audit', 'verify', PIPE],
];

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a command that waits for a silent pipe', () => {
  it.each(waiting.map((args) => [args]))('ends with Ctrl-C: %j', async (args) => {
    const child = home.start(args);
    const closed = new Promise<unknown>((done) =>
      child.once('close', (code, signal) => done(signal ?? code)),
    );
    const pipe = await until(() => child.exitCode === null && writer());
    child.kill('SIGINT');
    expect(await closed).toBe('SIGINT');
    if (typeof pipe === 'number') closeSync(pipe);
  });

  it('reads one that is written to, as a shell makes it of a command', () => {
    const script = `exec "${process.execPath}" "${BINARY}" ask --local --file <(printf 'from a command') hello`;
    const run = spawnSync('bash', ['-c', script], { encoding: 'utf8', env: home.env() });
    expect([run.status, run.stdout]).toEqual([0, expect.stringContaining('from a command')]);
  });
});

describe('flags of a queue', () => {
  it.each(['--worker-key', '--queue-prefix', '--queue-password-file'])(
    '%s is refused without one',
    async (flag) => {
      const run = await home.run(['batch', 'in.jsonl', '-o', 'out.jsonl', ...LOCAL, flag, 'x']);
      expect(run).toMatchObject({
        code: 2,
        stderr: `nomyo: ${flag} belongs to a queue: name it with --queue\n`,
      });
    },
  );
});
