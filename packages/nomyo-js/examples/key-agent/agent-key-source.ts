/** The application's side: a `KeySource` whose private key is in the key agent's process. */
import { RsaPublicKey, SecurityError, type KeySource } from '@nomyo/crypto';
import { AgentConnection } from './connection.js';
import { KeyAgentError } from './errors.js';
import { KIND, REFUSAL, VERSION, type Frame } from './frames.js';

/** How to talk to the agent. */
export interface AgentOptions {
  /** How long one request may take, in ms. Default: 10 000. */
  readonly timeout?: number;
  /** Ends the first connection. */
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export class AgentKeySource implements KeySource {
  readonly publicKey: RsaPublicKey;
  readonly #socketPath: string;
  readonly #timeout: number;
  #connection: Promise<AgentConnection>;
  #disposed = false;

  private constructor(
    socketPath: string,
    timeout: number,
    publicKey: RsaPublicKey,
    connection: AgentConnection,
  ) {
    this.#socketPath = socketPath;
    this.#timeout = timeout;
    this.publicKey = publicKey;
    this.#connection = Promise.resolve(connection);
  }

  /**
   * Connects and fetches the public key.
   *
   * @throws {KeyAgentError} when there is no agent
   * @throws {SecurityError} `KEY_FILE_PERMISSIONS` when another user could stand in for it
   */
  static async connect(socketPath: string, options: AgentOptions = {}): Promise<AgentKeySource> {
    const { timeout = DEFAULT_TIMEOUT_MS, signal } = options;
    const { connection, publicKey } = await greet(socketPath, timeout, signal);
    return new AgentKeySource(socketPath, timeout, publicKey, connection);
  }

  /**
   * See `KeySource.unwrap`. An agent that was started again is found again: an unwrap changes nothing and can be asked
   * for twice.
   *
   * @throws {KeyAgentError} when the agent is gone, or has another key now
   */
  async unwrap(wrapped: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const connection = await this.#connected(signal);
    try {
      return unwrappedIn(await connection.request(KIND.unwrap, wrapped, this.#timeout, signal));
    } catch (error) {
      if (!connection.isLost || this.#disposed) throw error;
    }
    const next = await this.#connected(signal);
    return unwrappedIn(await next.request(KIND.unwrap, wrapped, this.#timeout, signal));
  }

  /** Ends the connection; the agent goes on. Idempotent. */
  dispose(): void {
    this.#disposed = true;
    void this.#connection.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }

  /** The connection of now, or a new one: one at a time, however many calls need it. */
  async #connected(signal: AbortSignal | undefined): Promise<AgentConnection> {
    signal?.throwIfAborted();
    if (this.#disposed) throw new KeyAgentError('this key source was disposed of');
    const before = this.#connection;
    const connection = await before.catch(() => undefined);
    if (connection?.isLost === false) return connection;
    if (this.#connection === before) this.#connection = this.#reconnect();
    return this.#connection;
  }

  async #reconnect(): Promise<AgentConnection> {
    const { connection, publicKey } = await greet(this.#socketPath, this.#timeout);
    if (publicKey.fingerprint === this.publicKey.fingerprint) return connection;
    connection.close();
    throw new KeyAgentError('the key agent has another key than before: make a new client');
  }
}

async function greet(
  socketPath: string,
  timeout: number,
  signal?: AbortSignal,
): Promise<{ connection: AgentConnection; publicKey: RsaPublicKey }> {
  const connection = await AgentConnection.open(socketPath);
  try {
    const answer = await connection.request(KIND.hello, Uint8Array.of(VERSION), timeout, signal);
    if (answer.kind !== KIND.publicKey) throw new KeyAgentError('the key agent speaks another version');
    return { connection, publicKey: await RsaPublicKey.fromSpki(answer.body) };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function unwrappedIn({ kind, body }: Frame): Uint8Array {
  if (kind === KIND.unwrapped) return body;
  if (kind === KIND.refused && body[0] === REFUSAL.cannotDecrypt) {
    throw new SecurityError('DECRYPTION_FAILED', 'the envelope cannot be opened with this key');
  }
  throw new KeyAgentError('the key agent did not unwrap');
}
