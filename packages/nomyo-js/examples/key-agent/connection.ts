/** One connection to a key agent: requests out, answers in, told apart by their ids. */
import { connect, type Socket } from 'node:net';
import { KeyAgentError } from './errors.js';
import { encodeFrame, FrameReader, type Frame } from './frames.js';
import { checkPlace } from './private-place.js';

interface Waiting {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

const ID_LIMIT = 2 ** 32;

export class AgentConnection {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #lost: KeyAgentError | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // An idle connection keeps no process alive; a request under way does.
    socket.unref();
    socket.on('data', (piece: Buffer) => this.#read(piece));
    socket.once('error', (cause) =>
      this.#end(new KeyAgentError('the connection to the key agent broke', { cause })),
    );
    socket.once('close', () => this.#end(new KeyAgentError('the key agent has closed the connection')));
  }

  /**
   * @throws {KeyAgentError} when nobody answers at `socketPath`
   * @throws {SecurityError} `KEY_FILE_PERMISSIONS` when another user could be the one who does
   */
  static async open(socketPath: string): Promise<AgentConnection> {
    try {
      checkPlace(socketPath);
    } catch (cause) {
      throw isMissing(cause) ? new KeyAgentError(`there is no key agent at ${socketPath}`, { cause }) : cause;
    }
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath);
      const failed = (cause: Error): void => {
        reject(new KeyAgentError(`no key agent answers at ${socketPath}`, { cause }));
      };
      socket.once('error', failed);
      socket.once('connect', () => {
        socket.removeListener('error', failed);
        resolve(new AgentConnection(socket));
      });
    });
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * One request and its answer, whose body the caller wipes.
   *
   * @param timeout in ms
   * @throws {KeyAgentError} when the connection ends first, or no answer comes in time
   * @throws the signal's reason when it is aborted; the answer is dropped and wiped when it comes
   */
  async request(kind: number, body: Uint8Array, timeout: number, signal?: AbortSignal): Promise<Frame> {
    signal?.throwIfAborted();
    if (this.#lost !== undefined) throw this.#lost;
    const id = this.#freeId();
    let timer: NodeJS.Timeout | undefined;
    let abort: (() => void) | undefined;
    try {
      return await new Promise<Frame>((resolve, reject) => {
        timer = setTimeout(() => reject(new KeyAgentError('the key agent does not answer')), timeout);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is the caller's own
        abort = (): void => reject(signal?.reason);
        signal?.addEventListener('abort', abort, { once: true });
        this.#waiting.set(id, { resolve, reject });
        this.#socket.ref();
        this.#socket.write(encodeFrame({ kind, id, body }));
      });
    } finally {
      clearTimeout(timer);
      if (abort !== undefined) signal?.removeEventListener('abort', abort);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#socket.unref();
    }
  }

  /** Idempotent. */
  close(): void {
    this.#end(new KeyAgentError('the connection to the key agent was closed'));
  }

  #read(piece: Buffer): void {
    try {
      for (const frame of this.#reader.push(piece)) {
        const waiting = this.#waiting.get(frame.id);
        if (waiting === undefined) frame.body.fill(0);
        else waiting.resolve(frame);
      }
    } catch (cause) {
      this.#end(new KeyAgentError('what listens at the socket is no key agent', { cause }));
    }
  }

  #end(why: KeyAgentError): void {
    if (this.#lost !== undefined) return;
    this.#lost = why;
    this.#socket.destroy();
    this.#reader.wipe();
    for (const { reject } of this.#waiting.values()) reject(why);
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId + 1) % ID_LIMIT;
    while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
