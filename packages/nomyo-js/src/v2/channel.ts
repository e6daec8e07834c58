/** The channel of a client in version 2: a key configuration, and exchanges sealed to its keys. */
import { given } from '@nomyo/base';
import { openSeenConfigurations, type SeenConfigurationsOptions } from '@nomyo/keystore';
import { chooseKey, type SuiteId } from '@nomyo/protocol-v2';
import type { CallSignal } from '../call/call-scope.js';
import { failureOf } from '../observe/observers.js';
import type { ResolvedOptions } from '../options/options.js';
import type { Channel, Exchange, PreparedCall, ProtocolContext } from '../protocol.js';
import { Configuration } from './configuration.js';
import { SealedExchange } from './exchange.js';
import { fetchDocument } from './fetch-document.js';

/** The trusted roots, and the acceptable keys. */
export interface Trust {
  /** 32 raw bytes each. */
  readonly roots: readonly Uint8Array[];
  /** `undefined`: the host of the base URL. */
  readonly realm: string | undefined;
  readonly suites: readonly SuiteId[];
}

/** Keeps the key configuration fresh and begins exchanges. */
export class SealedChannel implements Channel {
  readonly #trust: Trust;
  readonly #context: ProtocolContext;
  readonly #configuration: Configuration;

  constructor(trust: Trust, context: ProtocolContext) {
    const { options, http, emit } = context;
    const { baseUrl, timeout } = options;
    this.#trust = trust;
    this.#context = context;
    this.#configuration = new Configuration({
      ...trust,
      realm: trust.realm ?? baseUrl.hostname,
      seen: openSeenConfigurations(placeOf(options)),
      fetch: (signal) => fetchDocument({ http, baseUrl, timeout }, signal),
      refreshFailed: (error) => {
        emit({ message: 'nomyo:configuration-refresh-failed', code: failureOf(error).code });
      },
    });
  }

  async ready(signal: CallSignal): Promise<void> {
    const document = await this.#configuration.current(signal);
    chooseKey(document, this.#configuration.now, this.#trust.suites);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- an invalid call is a rejection
  async begin(call: PreparedCall): Promise<Exchange> {
    const { http, options } = this.#context;
    return new SealedExchange(call, {
      http,
      baseUrl: options.baseUrl,
      maxResponseBytes: options.maxResponseBytes,
      configuration: this.#configuration,
      suites: this.#trust.suites,
    });
  }

  dispose(): void {
    this.#configuration.dispose();
  }
}

/** The place next to the key pair of version 1; in memory, if that is held elsewhere. */
function placeOf({ keys }: ResolvedOptions): SeenConfigurationsOptions {
  if (keys.kind === 'given') return { keyDir: null };
  const { keyDir, keyStorage } = keys.options;
  return keyStorage === undefined ? given('keyDir', keyDir) : { keyStorage };
}
