/** The changes of a fail mode: hooks along the path of one request. */
import type { ServerResponse } from 'node:http';
import type { Connection } from '../http/listener.js';
import type { Reply } from '../../v1/reply.js';

/** The inputs for an answer in place of the router. */
export interface Scene {
  /** After the colon of the mode. */
  readonly argument: string | undefined;
  /** Of the router, with its prefix. */
  readonly url: string;
}

/** A reply on its way to the client. */
export interface Delivery {
  readonly response: ServerResponse;
  readonly reply: Reply;
  readonly connection: Connection;
  readonly argument: string | undefined;
}

/** Hooks, in the order in which they are asked. None: the router does what it always does. */
export interface Failure {
  /** Take a new key before anything else. */
  readonly rotateKey?: true;
  /** Answers in place of the router. */
  readonly answer?: (scene: Scene) => Reply | Promise<Reply>;
  /** Seals the answer to a key that is not the client's. */
  readonly sealToStranger?: true;
  /** The plaintext sealed in place of the answer. */
  readonly plaintext?: () => Uint8Array;
  /** Changes a reply of status 200. */
  readonly damage?: (reply: Reply, argument: string | undefined) => Reply;
  /** Writes the reply, or what it makes of it. */
  readonly deliver?: (delivery: Delivery) => void | Promise<void>;
}

/** An argument as a number; parsing the mode has checked it. */
export function numberOf(argument: string | undefined, fallback: number): number {
  return argument === undefined ? fallback : Number(argument);
}
