import { describe, expect, it } from '@jest/globals';
import { isLoopback } from '../src/index.js';

describe('isLoopback', () => {
  it.each(['localhost', 'LocalHost', '127.0.0.1', '127.255.1.2', '::1', '[::1]', '[::ffff:7f00:1]'])(
    'knows %s',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each([
    ...['', '0.0.0.0', '::', '[::]', '10.0.0.1', '128.0.0.1', '::2', '::ffff:a00:1', '127.0.0.1.example'],
    ...['localhost.example', 'my-localhost', '1.127.0.0', '127.0.0', 'localhost:80'],
    // Names to a resolver, which may know them as another machine.
    ...['127.0.0.256', '127.999.1.1', '127.0.0.01'],
  ])('takes %j for another machine', (host) => {
    expect(isLoopback(host)).toBe(false);
  });

  it.each(['http://2130706433', 'http://0x7f.1', 'http://[0:0:0:0:0:0:0:1]', 'http://[::ffff:127.0.0.1]'])(
    'knows %s as a URL has it',
    (url) => {
      expect(isLoopback(new URL(url).hostname)).toBe(true);
    },
  );
});
