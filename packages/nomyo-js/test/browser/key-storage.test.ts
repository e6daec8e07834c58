/** `keyStorage: 'indexeddb'` in a real browser: tabs, reloads, theft of the stored key, rotation, damage. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { KeyStore, KeyStoreEvent } from '@nomyo/keystore';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { INSECURE_HOST, servePages, startBrowser, whyNot } from './pages.js';

/** State of the page between two steps of a test. */
declare global {
  var told: KeyStoreEvent[];
  var store: KeyStore;
}

const reason = whyNot();
const suite = reason === undefined ? describe : describe.skip;

suite(`keys in IndexedDB${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let pages: Awaited<ReturnType<typeof servePages>>;
  let browser: Browser;
  let origin: BrowserContext;

  beforeAll(async () => {
    pages = await servePages();
    browser = await startBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await pages.close();
  });

  // A context is a profile of its own: nothing is stored in it yet.
  beforeEach(async () => {
    origin = await browser.newContext();
  });
  afterEach(() => origin.close());

  const tab = async (host = 'localhost'): Promise<Page> => {
    const page = await origin.newPage();
    await page.goto(`http://${host}:${String(pages.port)}/`);
    return page;
  };

  /** Opens a store in a page; the fingerprint of its pair. */
  const open = (page: Page, options: { rotationInterval?: number } = {}): Promise<string> =>
    page.evaluate(async (given) => {
      const { KeyStore } = await import('@nomyo/keystore');
      globalThis.told = [];
      const onEvent = (event: KeyStoreEvent): void => void globalThis.told.push(event);
      globalThis.store = new KeyStore({ keyStorage: 'indexeddb', keySize: 2048, onEvent, ...given });
      const lease = await globalThis.store.acquire();
      lease.release();
      return lease.keys.publicKey.fingerprint;
    }, options);

  const told = (page: Page): Promise<KeyStoreEvent[]> => page.evaluate(() => globalThis.told);
  const typesOf = async (page: Page): Promise<string[]> => (await told(page)).map(({ type }) => type);

  /** Changes the one record in a page, behind the back of every store. */
  const tamper = (page: Page, change: 'age' | 'damage'): Promise<void> =>
    page.evaluate(async (kind) => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('nomyo');
        request.onsuccess = () => resolve(request.result);
      });
      const transaction = database.transaction('pairs', 'readwrite');
      const records = transaction.objectStore('pairs');
      const request = records.get('current');
      request.onsuccess = () => {
        const record = request.result as { createdAt: number };
        const aged = { ...record, createdAt: record.createdAt - 2 * 86_400_000 };
        records.put(kind === 'age' ? aged : { createdAt: 0 }, 'current');
      };
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      database.close();
    }, change);

  it('tabs that start at the same time on an empty origin end up with one pair', async () => {
    const tabs = await Promise.all([tab(), tab(), tab()]);
    const prints = await Promise.all(tabs.map((page) => open(page)));
    expect(new Set(prints).size).toBe(1);
    const events = (await Promise.all(tabs.map(typesOf))).flat().sort();
    expect(events).toEqual(['key-generated', 'key-loaded', 'key-loaded']);
  });

  it('a reload keeps the pair, and it opens what was sealed to it before', async () => {
    const page = await tab();
    const before = await open(page);
    const wrapped = await page.evaluate(async () => {
      const { keys } = await globalThis.store.acquire();
      return Array.from(await keys.publicKey.wrap(new Uint8Array(32).fill(7)));
    });
    await page.reload();
    expect(await open(page)).toBe(before);
    expect(await typesOf(page)).toEqual(['key-loaded']);
    const opened = await page.evaluate(async (block) => {
      const { keys } = await globalThis.store.acquire();
      const unwrapped = await keys.unwrap(Uint8Array.from(block));
      return 'use' in unwrapped ? unwrapped.use((bytes) => Array.from(bytes)) : Array.from(unwrapped);
    }, wrapped);
    expect(opened).toEqual(Array<number>(32).fill(7));
  });

  it('the private key that is stored cannot be exported, in any way', async () => {
    const page = await tab();
    await open(page);
    const thefts = await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('nomyo');
        request.onsuccess = () => resolve(request.result);
      });
      const request = database.transaction('pairs').objectStore('pairs').get('current');
      await new Promise((resolve) => (request.onsuccess = resolve));
      const { privateKey } = (request.result as { pair: CryptoKeyPair }).pair;
      const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['wrapKey']);
      const iv = new Uint8Array(12);
      const attempts = [
        () => crypto.subtle.exportKey('pkcs8', privateKey),
        () => crypto.subtle.exportKey('jwk', privateKey),
        () => crypto.subtle.wrapKey('pkcs8', privateKey, wrapping, { name: 'AES-GCM', iv }),
      ];
      const outcomes = await Promise.all(
        attempts.map((attempt) => attempt().then(String, (error: unknown) => (error as Error).name)),
      );
      const inside = JSON.stringify(privateKey) + JSON.stringify(globalThis.store);
      return { outcomes, extractable: privateKey.extractable, inside };
    });
    expect(thefts.outcomes).toEqual(['InvalidAccessError', 'InvalidAccessError', 'InvalidAccessError']);
    expect(thefts.extractable).toBe(false);
    expect(thefts.inside).toMatch(/^\{\}\{"fingerprint":"sha256\/[^"]+"\}$/);
  });

  it('a pair made by one tab at rotation is adopted by the other at its next rotation', async () => {
    const [fast, slow] = [await tab(), await tab()];
    const first = await open(fast, { rotationInterval: 1_000 });
    expect(await open(slow, { rotationInterval: 4_000 })).toBe(first);
    const rotated = (): boolean => globalThis.told.some(({ type }) => type === 'key-rotated');
    await fast.waitForFunction(rotated);
    await slow.waitForFunction(rotated);
    const made = (await told(fast)).flatMap((event) =>
      event.type === 'key-rotated' && !event.adopted ? [event.current] : [],
    );
    const adopted = (await told(slow)).find((event) => event.type === 'key-rotated');
    expect(adopted).toMatchObject({ previous: first, adopted: true });
    expect(made).toContain(adopted?.type === 'key-rotated' ? adopted.current : undefined);
  }, 60_000);

  it('age counts from creation, over reloads', async () => {
    const page = await tab();
    const first = await open(page);
    await tamper(page, 'age');
    await page.reload();
    expect(await open(page)).not.toBe(first);
    expect(await typesOf(page)).toEqual(['key-loaded', 'key-rotated']);
    await page.reload();
    await open(page);
    expect(await typesOf(page)).toEqual(['key-loaded']);
  });

  it('a damaged record is an error, and stays unchanged', async () => {
    const page = await tab();
    await open(page);
    await tamper(page, 'damage');
    await page.reload();
    for (let i = 0; i < 2; i += 1) {
      const error = await page.evaluate(async () => {
        const { KeyStore, KeyStoreError } = await import('@nomyo/keystore');
        const store = new KeyStore({ keyStorage: 'indexeddb' });
        const failed: unknown = await store.ready().catch((e: unknown) => e);
        store.dispose();
        return failed instanceof KeyStoreError ? failed.toJSON() : String(failed);
      });
      expect(error).toMatchObject({ code: 'KEY_FILE_INVALID', path: 'indexeddb:nomyo' });
    }
  });

  it('a page that was not loaded over HTTPS is refused', async () => {
    const page = await tab(INSECURE_HOST);
    const error = await page.evaluate(async () => {
      const { KeyStore } = await import('@nomyo/keystore');
      try {
        new KeyStore({ keyStorage: 'indexeddb' }).dispose();
        return 'accepted';
      } catch (e) {
        return String(e);
      }
    });
    expect(error).toMatch(/^InvalidArgumentError: keyStorage cannot be used/);
  });
});
