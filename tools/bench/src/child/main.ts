/**
 * The program of every child process that is neither a server of version 2 nor a relay. Its arguments are a role, and
 * what that role works on. A role imports what it needs and nothing else: some of them time just that.
 */
import { performance } from 'node:perf_hooks';
import { serve, type Handlers } from './channel.js';

const FIRST_PROMPT_BYTES = 1024;

/** The kinds of child process. */
export type Role = 'import' | 'first answer' | 'client' | 'operations' | 'canned router';

const ROLES: Readonly<Record<Role, (argument: string) => Promise<Handlers>>> = {
  import: async (name) => {
    const started = performance.now();
    await import(name);
    const took = performance.now() - started;
    return { took: () => took };
  },
  'first answer': async (config) => {
    const { openClient, parseConfig } = await import('../clients/client.js');
    const { requestOf } = await import('../payloads.js');
    await (await openClient(parseConfig(config))).call(requestOf(FIRST_PROMPT_BYTES));
    return {};
  },
  client: async (config) => (await import('./client.js')).openHandlers(config),
  operations: async (keyDir) => (await import('./operations.js')).openOperations(keyDir),
  'canned router': async (options) => {
    const { parseRouterOptions, startCannedRouter } = await import('../router/canned-router.js');
    const router = await startCannedRouter(parseRouterOptions(options));
    return { origin: () => router.origin, counts: () => router.counts() };
  },
};

const isRole = (name: string): name is Role => Object.hasOwn(ROLES, name);

const [role = '', argument = ''] = process.argv.slice(2);
if (!isRole(role)) throw new RangeError(`a child process has no role "${role}"`);
serve(await ROLES[role](argument));
