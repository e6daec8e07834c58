import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanUp, header, posts, router } from './support.js';

afterEach(cleanUp);

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program with the built package, as a user's program would. */
function run(program: string, environment: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--input-type=module', '--trace-warnings', '-e', program], {
    cwd: PACKAGE,
    env: { PATH: process.env['PATH'], ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  const kill = setTimeout(() => child.kill('SIGKILL'), 30_000);
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearTimeout(kill);
      resolve({ code, output });
    }),
  );
}

const PROGRAM = (url: string, ca: string | undefined, options: string, end: string): string => `
  import { SecureChatCompletion } from 'nomyo-js';
  const client = new SecureChatCompletion({ baseUrl: ${JSON.stringify(url)}, keyDir: null, keySize: 2048,
    ${ca === undefined ? 'allowHttp: true,' : `tls: { ca: ${JSON.stringify(ca)} },`} ${options} });
  await client.create({ model: 'm', messages: [{ role: 'user', content: 'the secret question' }] });
  ${end}
`;

describe('a process that uses the library', () => {
  it.each([
    ['after dispose()', 'client.dispose();'],
    ['without it', ''],
  ])('prints nothing and ends by itself %s', async (_when, end) => {
    const to = await router();
    expect(await run(PROGRAM(to.url, to.ca, 'keyRotationInterval: 60000,', end))).toEqual({
      code: 0,
      output: '',
    });
  });

  it('prints one line over HTTP: the warning', async () => {
    const to = await router({ tls: false });
    const { code, output } = await run(PROGRAM(to.url, undefined, '', ''));
    expect(code).toBe(0);
    expect(output).toMatch(/^WARNING: Using HTTP instead of HTTPS.*\n$/);
  });

  it('prints events with debug, and nothing secret', async () => {
    const to = await router({ apiKeys: ['the-api-key'] });
    const { output } = await run(PROGRAM(to.url, to.ca, "debug: true, apiKey: 'the-api-key',", ''));
    expect(output).toContain('nomyo:request');
    expect(output).toContain(header(posts(to)[0], 'x-payload-id'));
    for (const secret of ['secret question', 'the-api-key', 'PRIVATE']) expect(output).not.toContain(secret);
  });

  it('takes the API key from NOMYO_API_KEY', async () => {
    const to = await router({ apiKeys: ['from-the-environment'] });
    const { code } = await run(PROGRAM(to.url, to.ca, '', ''), { NOMYO_API_KEY: 'from-the-environment' });
    expect(code).toBe(0);
  });

  it('exits after a failed call, without an unhandled rejection', async () => {
    const to = await router({ fail: 'flip-tag' });
    const [imports = '', ...rest] = PROGRAM(to.url, to.ca, '', '').trim().split('\n');
    const { code, output } = await run(`${imports}
      process.on('unhandledRejection', () => console.log('UNHANDLED'));
      try { ${rest.join('\n')} } catch (error) { console.log(error.code); }`);
    expect({ code, output }).toEqual({ code: 0, output: 'DECRYPTION_FAILED\n' });
  });
});
