/** `nomyo pin`: the pin of the router's key, who vouches for the connection, and how to check it by another way. */
import { SecurityError } from '@nomyo/base';
import type { Context } from '../../context.js';
import { UsageError } from '../../exit/codes.js';
import { visible } from '../../io/visible.js';
import { aDuration } from '../../settings/values.js';
import { readPin, type PinFacts } from './read-pin.js';
import { watch } from './watch.js';

const DEFAULT_INTERVAL_MS = 60_000;

/** Prints the pin; with `--watch` every change of it, until a signal. */
export async function run(context: Context): Promise<void> {
  const { flags, output, settings } = context;
  if (settings.root !== undefined || settings.realm !== undefined) {
    throw new UsageError(
      '--root and --realm belong to version 2, where the root vouches for every key and none is pinned; `nomyo doctor --root` checks the key of the router',
    );
  }
  const intervalMs =
    flags['interval'] === undefined
      ? DEFAULT_INTERVAL_MS
      : aDuration([String(flags['interval'])], '--interval');
  const facts = await readPin(context);
  if (output.json) output.data(facts);
  else tell(context, facts);
  if (settings.pin !== undefined && !settings.pin.includes(facts.pin)) {
    throw new SecurityError(
      'SERVER_KEY_NOT_PINNED',
      `the key of the router is ${facts.pin}, which is not one of those in --pin`,
    );
  }
  if (flags['watch'] === true) await watch(context, facts, intervalMs);
}

function tell({ output }: Context, { pin, keySize, url, certificate, issuer, validTo }: PinFacts): void {
  const lines: readonly (readonly [name: string, value: string])[] = [
    ['Pin', pin],
    ['Key', `RSA, ${String(keySize)} bits`],
    ['Router', url],
    ...(certificate === undefined
      ? [['TLS', 'none: nothing vouches for this key'] as const]
      : [
          ['Certificate', certificate] as const,
          ['Issuer', issuer ?? ''] as const,
          ['Valid until', validTo ?? ''] as const,
        ]),
  ];
  for (const [name, value] of lines) output.line(`${`${name}:`.padEnd(13)} ${visible(value)}`);
  output.note(
    [
      '',
      'TLS alone vouches for this pin. Compare it with the pin that the operator gives you over another channel:',
      'a page on another host, a signed mail, a phone call. To check by hand, from another network:',
      `  curl -s ${url.replace(/\/$/u, '')}/pki/public_key | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`,
      `Then pin it: --pin ${pin}`,
    ].join('\n'),
  );
}
