/**
 * The program of every child process. Its argument is a role; its first command opens that with what it works on, the
 * others are what it then can do. A role imports what it needs and nothing else: some of them time just that.
 */
import { performance } from 'node:perf_hooks';
import type { ClientConfig } from '../clients/client.js';

const ROLES = {
  import: () => importTime,
  'first answer': () => firstAnswer,
  client: async () => (await import('./client.js')).clientCommands,
  operations: async () => (await import('./operations.js')).operationCommands,
  'canned router': async () => (await import('../servers/canned-router.js')).startCannedRouter,
  model: async () => (await import('../servers/model.js')).openModel,
  'plain proxy': async () => (await import('../servers/plain-proxy.js')).openPlainProxy,
  router: async () => (await import('../servers/router.js')).openRouter,
};

export type Role = keyof typeof ROLES;
type Opener<R extends Role> = Awaited<ReturnType<(typeof ROLES)[R]>>;

/** The order that a role is opened with. */
export type OrderOf<R extends Role> = Parameters<Opener<R>>[0];

/** The commands of a process with that role. */
export type CommandsOf<R extends Role> = typeof OF_EACH & Awaited<ReturnType<Opener<R>>>;

const OF_EACH = {
  /** CPU of all threads since the start, user and system, in ms. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  /** Resident memory after garbage collection, in bytes. */
  rss: async () => (await import('./memory.js')).settledRss(),
};

/** How long the import of a module takes, in ms. */
async function importTime(module: string): Promise<{ took(): number }> {
  const started = performance.now();
  await import(module);
  const took = performance.now() - started;
  return { took: () => took };
}

/** The role is taken once the answer is there. */
async function firstAnswer(config: ClientConfig): Promise<object> {
  const { openClient } = await import('../clients/client.js');
  const { ONE_KB, requestOf } = await import('../payloads.js');
  await (await openClient(config)).call(requestOf(ONE_KB));
  return {};
}

const isRole = (name: string): name is Role => Object.hasOwn(ROLES, name);

const [role = ''] = process.argv.slice(2);
if (!isRole(role)) throw new RangeError(`a child process has no role "${role}"`);
let commands: object = { open: await ROLES[role]() };

/** A function and its arguments, as the parent sends them. */
interface Command {
  readonly name: string;
  readonly input: readonly unknown[];
}

async function answer({ name, input }: Command): Promise<unknown> {
  try {
    const command: unknown = Reflect.get(commands, name);
    if (typeof command !== 'function') throw new RangeError(`unknown command "${name}"`);
    const output: unknown = await Reflect.apply(command, commands, input);
    if (name !== 'open' || typeof output !== 'object' || output === null) return output ?? null;
    commands = { ...OF_EACH, ...output };
    return null;
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', (command: Command) => {
  void answer(command).then((reply) => process.send?.(reply));
});
process.once('disconnect', () => process.exit());
// A signal alone would end the process without its 'exit' handlers, and leave behind what it started.
process.once('SIGTERM', () => process.exit());
