import { afterEach, describe, expect, it } from '@jest/globals';
import type { Router } from '@nomyo/router/testing';
import type { SecureChatCompletionConfig } from '../../src/index.js';
import { connectProxy } from '../connect-proxy.js';
import { cleanUp, client, later, posts, REQUEST, router } from '../support.js';

afterEach(cleanUp);

/** A name that only the proxy knows; the certificate of the router names `localhost`. */
const HOST = 'router.nomyo.invalid';

const behindProxy = (to: Router): SecureChatCompletionConfig => ({
  baseUrl: `https://${HOST}`,
  tls: { ca: to.ca, servername: 'localhost' },
});

/** For the rest of the test. */
function setEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    process.env[name] = value;
    later(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before;
    });
  }
}

async function routerAndProxy(): Promise<{ to: Router; proxy: Awaited<ReturnType<typeof connectProxy>> }> {
  const to = await router();
  return { to, proxy: await connectProxy(Number(new URL(to.url).port)) };
}

describe('a proxy of the option', () => {
  it('is asked for a tunnel, with its credentials, and the router sees none of them', async () => {
    const { to, proxy } = await routerAndProxy();
    const url = proxy.url.replace('//', '//ann:s3cret@');
    await client(to, { ...behindProxy(to), proxy: url }).create(REQUEST);
    const authorization = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;
    expect(proxy.asked).toEqual([{ target: `${HOST}:443`, authorization }]);
    expect(JSON.stringify(posts(to).map(({ headers }) => headers))).not.toMatch(/proxy-|YW5uOnMzY3JldA/i);
  });

  it('is used for loopback addresses too, except those in NO_PROXY', async () => {
    const { to, proxy } = await routerAndProxy();
    await client(to, { proxy: proxy.url }).create(REQUEST);
    expect(proxy.asked).toHaveLength(1);
    for (const variables of [
      { NO_PROXY: '127.0.0.1,localhost' },
      { NO_PROXY: '127.0.0.0/8' },
      // An empty variable counts as unset.
      { NO_PROXY: '', no_proxy: '127.0.0.1' },
    ]) {
      setEnvironment(variables);
      await client(to, { proxy: proxy.url }).create(REQUEST);
      expect(proxy.asked).toHaveLength(1);
    }
  });
});

describe('HTTPS_PROXY', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])('%s is used when the option is left out', async (name) => {
    const { to, proxy } = await routerAndProxy();
    setEnvironment({ [name]: proxy.url });
    await client(to, behindProxy(to)).create(REQUEST);
    expect(proxy.asked.map(({ target }) => target)).toEqual([`${HOST}:443`]);
  });

  it('does not apply to a router on this machine', async () => {
    const { to, proxy } = await routerAndProxy();
    setEnvironment({ HTTPS_PROXY: proxy.url });
    await client(to).create(REQUEST);
    await client(to, { baseUrl: to.url.replace('127.0.0.1', 'localhost') }).create(REQUEST);
    expect(proxy.asked).toEqual([]);
    expect(posts(to)).toHaveLength(2);
  });

  it('does not apply to hosts in NO_PROXY, or to a client with proxy: null', async () => {
    const { to, proxy } = await routerAndProxy();
    setEnvironment({ HTTPS_PROXY: proxy.url, NO_PROXY: 'nomyo.invalid' });
    await expect(client(to, behindProxy(to)).create(REQUEST)).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
    setEnvironment({ NO_PROXY: '' });
    await expect(client(to, { ...behindProxy(to), proxy: null }).create(REQUEST)).rejects.toThrow(
      /ENOTFOUND|EAI_AGAIN/,
    );
    expect(proxy.asked).toEqual([]);
  });

  it('is refused by its own name where it is no proxy, and not quoted', async () => {
    const { to } = await routerAndProxy();
    setEnvironment({ HTTPS_PROXY: 'socks5://user:SECRET@127.0.0.1' });
    expect(() => client(to)).toThrow(/^HTTPS_PROXY must be an http: or https: URL of a host and a port$/u);
    expect(() => client(to, { proxy: 'socks5://127.0.0.1' })).toThrow(/^proxy must be/u);
  });

  it('leaves a custom fetch alone', async () => {
    const { to, proxy } = await routerAndProxy();
    setEnvironment({ HTTPS_PROXY: proxy.url });
    const plain = await router({ tls: false });
    await client(plain, { allowHttp: true, fetch: globalThis.fetch }).create(REQUEST);
    expect(posts(plain)).toHaveLength(1);
    expect(posts(to)).toHaveLength(0);
  });
});
