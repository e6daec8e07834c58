// `useChat` in a real browser, over a route handler whose calls are sealed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routerMatchers, startTestRouter } from '@nomyo/router/testing';
import { chromium } from 'playwright-core';
import { CHROMIUM, startChat, whyNoBrowser } from '../chat.mjs';
import { install } from '../install.mjs';
import { SETS } from '../run.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

/** Long enough for a stream of many pieces. */
const LONG = Array.from({ length: 400 }, (_, index) => `word${String(index)}`).join(' ');

expect.extend(routerMatchers);

const suite = whyNoBrowser === undefined ? describe : describe.skip;

suite('useChat in Chromium', () => {
  let browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(() => browser?.close());

  describe.each(SETS)('with the libraries of %s', (set) => {
    let router;
    let chat;
    let page;
    const problems = [];

    beforeAll(async () => {
      router = await startTestRouter({
        answers: [LONG, 'And goodbye.', 'Never shown.', 'Here again.'],
        fail: ['ok', 'ok', 'flip-tag', 'ok', 'never'],
        tls: true,
      });
      chat = await startChat(install(set), router);
      page = await browser.newPage();
      page.on('pageerror', (error) => problems.push(String(error)));
      await page.goto(chat.url);
    }, 300_000);

    afterAll(async () => {
      await page?.close();
      await chat?.close();
      await router?.close();
    });

    const say = async (text) => {
      await page.getByRole('textbox').fill(text);
      await page.getByRole('textbox').press('Enter');
    };
    const shown = (text) => page.getByText(text, { exact: true }).waitFor();

    it('shows the words of an answer as they come', async () => {
      const states = await page.evaluateHandle(watchAnswer);
      const response = page.waitForResponse('**/api/chat');
      await say('What is an envelope?');
      await shown(`assistant: ${LONG}`);
      // How many of them a busy machine shows at once is its own affair.
      const pieces = (await (await response).text()).match(/"type":"text-delta"/g);
      expect(pieces.length).toBeGreaterThan(10);
      const texts = await states.jsonValue();
      expect(texts.length).toBeGreaterThan(0);
      expect(texts.filter((text) => !`assistant: ${LONG}`.startsWith(text))).toEqual([]);
    });

    it('sends the conversation so far, sealed', async () => {
      await say('And then?');
      await shown('assistant: And goodbye.');
      const opened = await router.opened();
      const { payload } = opened.at(-1);
      expect(payload.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
      expect(router).toHaveSealed('What is an envelope?');
    });

    it('reports a forged answer, shows no word of it, and continues', async () => {
      await say('Can you hear me?');
      await page.getByRole('alert').waitFor();
      expect(await page.getByText('Never shown.').count()).toBe(0);
      await say('And now?');
      await shown('assistant: Here again.');
      expect(await page.getByRole('alert').count()).toBe(0);
    });

    it('cancels its call when the page is left', async () => {
      await say('Will this ever end?');
      await until(() => callsOf(router).length === 5);
      await page.goto('about:blank');
      await until(() => callsOf(router).at(-1).durationMs !== undefined);
      expect(callsOf(router)).toHaveLength(5);
    });

    it('throws nothing in the page, and logs no question on the server', () => {
      expect(problems).toEqual([]);
      expect(chat.printed()).toContain('DECRYPTION_FAILED');
      expect(chat.printed()).not.toMatch(/envelope\?|hear me|this ever end/);
    });
  });
});

const callsOf = ({ requests }) => requests.filter(({ method }) => method === 'POST');

async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Runs in the page: every state of the answer that a user can have seen. */
function watchAnswer() {
  const texts = [];
  const look = () => {
    const text = [...document.querySelectorAll('p')].at(-1)?.textContent;
    if (text?.startsWith('assistant: ') && text !== texts.at(-1)) texts.push(text);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  return texts;
}
