/** The process that holds the private key, and unwraps for whoever can reach its socket. Like ssh-agent. */
import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { NomyoError, SecureByteContext, type KeySource, type RsaPublicKey } from '@nomyo/crypto';
import { KeyAgentError } from './errors.js';
import { encodeFrame, FrameReader, KIND, REFUSAL, VERSION, type Frame } from './frames.js';
import { preparePlace, SOCKET_MODE } from './private-place.js';
import { derOf } from './spki.js';

const LIMITS = {
  /** Clients at a time; more are turned away. */
  connections: 64,
  /** Requests of one client under way; the next ones wait in its socket. */
  pending: 32,
} as const;

/** Listens until it is closed. */
export class KeyAgent {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #keys: KeySource;

  private constructor(keys: KeySource) {
    this.#keys = keys;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = LIMITS.connections;
  }

  /**
   * @param socketPath in a directory that only this user can enter; it is made when it is not there
   * @throws {SecurityError} `KEY_FILE_PERMISSIONS` when others could reach the socket
   * @throws {KeyAgentError} when another agent listens there, or the socket cannot be made
   */
  static async listen(keys: KeySource, socketPath: string): Promise<KeyAgent> {
    preparePlace(socketPath);
    await removeStale(socketPath);
    const agent = new KeyAgent(keys);
    await new Promise<void>((resolve, reject) => {
      agent.#server.once('error', (cause) =>
        reject(new KeyAgentError(`cannot listen on ${socketPath}`, { cause })),
      );
      agent.#server.listen(socketPath, resolve);
    });
    chmodSync(socketPath, SOCKET_MODE);
    return agent;
  }

  get publicKey(): RsaPublicKey {
    return this.#keys.publicKey;
  }

  /** Ends every connection and removes the socket. Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    const reader = new FrameReader();
    const client = new Client(socket);
    this.#sockets.add(socket);
    socket.on('data', (piece: Buffer) => {
      try {
        for (const frame of reader.push(piece)) client.run(() => this.#answer(frame));
      } catch {
        // What cannot be read cannot be answered either.
        socket.destroy();
      }
    });
    // A client that breaks off is no trouble of the agent's; 'close' follows.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      reader.wipe();
    });
  }

  async #answer({ kind, id, body }: Frame): Promise<Frame> {
    try {
      if (kind === KIND.hello && body.byteLength === 1 && body[0] === VERSION) {
        return { kind: KIND.publicKey, id, body: derOf(this.#keys.publicKey) };
      }
      if (kind !== KIND.unwrap) return refusal(id, REFUSAL.notUnderstood);
      return { kind: KIND.unwrapped, id, body: bytesOf(await this.#keys.unwrap(body)) };
    } catch (error) {
      const isVerdict = error instanceof NomyoError && error.code === 'DECRYPTION_FAILED';
      return refusal(id, isVerdict ? REFUSAL.cannotDecrypt : REFUSAL.failed);
    }
  }
}

/** A copy of an unwrapped key, as it goes to the socket. */
function bytesOf(unwrapped: SecureByteContext | Uint8Array): Uint8Array {
  return unwrapped instanceof SecureByteContext ? unwrapped.use((bytes) => bytes.slice()) : unwrapped;
}

/** One connection, with no more work under way than is allowed. */
class Client {
  readonly #socket: Socket;
  #pending = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  run(answer: () => Promise<Frame>): void {
    this.#pending += 1;
    if (this.#pending >= LIMITS.pending) this.#socket.pause();
    void answer().then((frame) => this.#send(frame));
  }

  /** A place is free again when the client has taken its answer, so that one who never reads fills no memory. */
  #send(frame: Frame): void {
    const bytes = encodeFrame(frame);
    frame.body.fill(0);
    this.#socket.write(bytes, () => {
      bytes.fill(0);
      this.#pending -= 1;
      this.#socket.resume();
    });
  }
}

function refusal(id: number, reason: number): Frame {
  return { kind: KIND.refused, id, body: Uint8Array.of(reason) };
}

/** A socket whose agent was killed stays behind: it is removed when nobody answers. */
async function removeStale(socketPath: string): Promise<void> {
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(socketPath);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (isAlive) throw new KeyAgentError(`an agent is already listening on ${socketPath}`);
  rmSync(socketPath, { force: true });
}
