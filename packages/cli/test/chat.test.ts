import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { startRouter, type Router } from '@nomyo/router/testing';
import { until } from '@nomyo/testkit';
import { Home } from './cli.js';
import { describeTerminal, Terminal } from './terminal.js';

/** Would rename the window, clear the screen and turn the line around, if it were done and not shown. */
const HOSTILE = 'before\u001b]0;OWNED\u0007\u001b[2J\u001b[31m\u202egnp.exe\rafter';

const home = new Home();
let router: Router;
let terminal: Terminal;

beforeAll(async () => {
  router = await startRouter({ keySize: 2048 });
  await home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', 'keys']);
});
afterEach(() => {
  router.setFail(undefined);
  terminal.close();
});
afterAll(async () => {
  home.remove();
  await router.close();
});

async function chat(...args: string[]): Promise<Terminal> {
  const words = ['chat', '--base-url', router.url, '--model', 'm', '--key-dir', 'keys'];
  terminal = new Terminal(home, [...words, '--max-retries', '0', ...args]);
  await terminal.shows(/^>$/mu);
  return terminal;
}

const posts = (): number => router.requests.filter(({ method }) => method === 'POST').length;

/** The last request to the router. */
async function lastMessages(): Promise<unknown> {
  return (await router.opened()).at(-1)?.payload['messages'];
}

describeTerminal('nomyo chat in a terminal', () => {
  it('remembers the conversation, joins lines ending in a backslash, and ends with 0 on Ctrl-D', async () => {
    const { shows, enter, press, ended } = bound(await chat('--system', 'be brief'));
    enter('first question');
    await shows('message was: first question');
    enter(String.raw`one \ `.trimEnd());
    await shows(/^…$/mu);
    enter('two');
    await shows(/message was: one\s+two/u);
    expect(await lastMessages()).toMatchObject([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'first question' },
      { role: 'assistant' },
      { role: 'user', content: 'one \ntwo' },
    ]);
    press('C-d');
    expect(await ended()).toBe(0);
  });

  it('Ctrl-C ends an answer and its connection, and the conversation goes on', async () => {
    const { shows, enter, press, ended } = bound(await chat());
    router.setFail('never');
    const before = posts();
    enter('a long one');
    await until(() => posts() > before && router.openConnections > 0);
    await shows(/waiting for the answer; Ctrl-C ends it, \d+ s/u);
    press('C-c');
    await shows(/^stopped$/mu);
    await until(() => router.openConnections === 0);
    router.setFail(undefined);
    enter('and now?');
    await shows('message was: and now?');
    expect(JSON.stringify(await lastMessages())).not.toContain('a long one');
    press('C-d');
    expect(await ended()).toBe(0);
  });

  it('Ctrl-C clears a half-typed message, its earlier lines too, and sends nothing', async () => {
    const { shows, enter, type, press } = bound(await chat());
    const before = posts();
    enter('earlier line \\');
    type('half typed');
    await shows('half typed');
    press('C-c');
    await shows(/earlier line \\\n…\n>$/u);
    press('C-c');
    await shows(/Ctrl-D ends the conversation\n>$/u);
    expect(posts()).toBe(before);
    enter('whole');
    await shows('message was: whole');
    expect(await lastMessages()).toEqual([{ role: 'user', content: 'whole' }]);
  });

  it('slash commands change the conversation and are never sent', async () => {
    const { shows, enter } = bound(await chat());
    const before = posts();
    enter('/help');
    for (const name of ['/file', '/tier', '/model', '/save', '/help']) await shows(name);
    enter('/tier high');
    await shows(/^tier: high$/mu);
    enter('/tier nonsense');
    await shows('/tier must be one of standard, high, maximum');
    enter('/model another/one');
    await shows(/^model: another\/one$/mu);
    enter('/frobnicate secret words');
    await shows('there is no /frobnicate, and nothing was sent');
    enter('/file nowhere.txt');
    await shows('/file: nowhere.txt cannot be read (ENOENT)');
    expect(posts()).toBe(before);
    enter('go');
    await shows('message was: go');
    expect((await router.opened()).at(-1)).toMatchObject({ tier: 'high', payload: { model: 'another/one' } });
  });

  it('sends pasted lines as one message, and forgets typed-ahead input on Ctrl-C', async () => {
    const { shows, enter, press } = bound(await chat());
    const first = posts();
    terminal.paste('first\\\nsecond\nlast');
    await shows(/^… last$/mu);
    expect(posts()).toBe(first);
    press('Enter');
    await shows('message was: first');
    expect(await lastMessages()).toEqual([{ role: 'user', content: 'first\\\nsecond\nlast' }]);
    router.setFail('never');
    const before = posts();
    enter('a long one');
    await until(() => posts() > before);
    enter('typed ahead');
    press('C-c');
    await shows(/^stopped$/mu);
    router.setFail(undefined);
    enter('and now?');
    await shows('message was: and now?');
    expect(JSON.stringify(await lastMessages())).not.toContain('typed ahead');
  });

  it('/file goes with the next message, and with no other', async () => {
    writeFileSync(home.file('note.txt'), 'the note says ahoy');
    const { shows, enter } = bound(await chat());
    enter('/file "~/note.txt"');
    await shows('/file: ~/note.txt cannot be read (ENOENT)');
    enter('/file ~/note.txt');
    await shows('note.txt goes with the next message');
    enter('what does it say?');
    await shows(/message was: .*\n[\s\S]*ahoy|what does it say\?[\s\S]*^>$/mu);
    await until(() => posts() > 0);
    expect(JSON.stringify(await lastMessages())).toContain('the note says ahoy');
  });

  it('/save seals to a public key, or refuses', async () => {
    await home.run(['keys', 'generate', '--no-password', '--key-size', '2048', '--key-dir', 'archive']);
    const { shows, enter } = bound(await chat());
    enter('to be kept');
    await shows('message was: to be kept');
    enter('/save plain.json');
    await shows('nothing was saved');
    enter('/save kept.sealed archive/public_key.pem');
    await shows('saved to kept.sealed');
    expect(readdirSync(home.path)).not.toContain('plain.json');
    expect(readFileSync(home.file('kept.sealed'), 'utf8')).not.toContain('to be kept');
    const { stdout } = await home.run(['open', '--key-dir', 'archive', 'kept.sealed']);
    expect(stdout).toContain('to be kept');
  });

  it('shows escapes in answers and executes none', async () => {
    writeFileSync(home.file('hostile.txt'), HOSTILE);
    const { shows, enter, title } = bound(await chat());
    const before = title();
    enter('/file hostile.txt');
    await shows('goes with the next message');
    enter('say it');
    const screen = await shows(/after[\s\S]*^>$/mu);
    expect(screen).toContain('␛]0;OWNED␇␛[2J␛[31m');
    expect(screen).toContain('<U+202E>gnp.exe␍after');
    expect(title()).toBe(before);
  });

  it('leaves no file behind: no history, and no keys except those it was given', async () => {
    const before = readdirSync(home.path, { recursive: true }).filter(
      (name) => !String(name).includes('tmux'),
    );
    const { shows, enter, press, ended } = bound(await chat());
    enter('a line that nobody keeps');
    await shows('message was: a line that nobody keeps');
    press('C-d');
    expect(await ended()).toBe(0);
    const after = readdirSync(home.path, { recursive: true }).filter(
      (name) => !String(name).includes('tmux'),
    );
    expect(after.toSorted()).toEqual(before.toSorted());
  });
});

/** The methods by themselves, so that a test reads as what a person does. */
function bound(of: Terminal) {
  return {
    shows: (text: string | RegExp) => of.shows(text),
    enter: (line: string) => of.enter(line),
    type: (text: string) => of.type(text),
    press: (key: string) => of.press(key),
    ended: () => of.ended(),
    title: () => of.title(),
  };
}
