/** The program of a process under examination. */

/** `bytes`: `createRaw()` with prompts that are bytes. `strings`: `create()` with prompts that are strings. */
export type Paths = 'bytes' | 'strings';

/** One way of using the client. */
export interface Scenario {
  readonly name: string;
  /** Version of the protocol. */
  readonly protocol: 1 | 2;
  readonly paths: Paths;
  /** Whether `nomyo-native` can be found. */
  readonly addon: boolean;
  readonly secureMemory: boolean;
}

/** Every row of the table in SECURITY.md. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: '`createRaw()`, with `nomyo-native`',
    protocol: 1,
    paths: 'bytes',
    addon: true,
    secureMemory: true,
  },
  { name: '`createRaw()`, without', protocol: 1, paths: 'bytes', addon: false, secureMemory: true },
  { name: '`create()`, with `nomyo-native`', protocol: 1, paths: 'strings', addon: true, secureMemory: true },
  { name: '`create()`, without', protocol: 1, paths: 'strings', addon: false, secureMemory: true },
  {
    name: '`createRaw()`, `secureMemory: false`',
    protocol: 1,
    paths: 'bytes',
    addon: false,
    secureMemory: false,
  },
  {
    name: 'version 2, `createRaw()`, with `nomyo-native`',
    protocol: 2,
    paths: 'bytes',
    addon: true,
    secureMemory: true,
  },
  {
    name: 'version 2, `createRaw()`, without',
    protocol: 2,
    paths: 'bytes',
    addon: false,
    secureMemory: true,
  },
  { name: 'version 2, `create()`, without', protocol: 2, paths: 'strings', addon: false, secureMemory: true },
  {
    name: 'version 2, `createRaw()`, `secureMemory: false`',
    protocol: 2,
    paths: 'bytes',
    addon: false,
    secureMemory: false,
  },
];

/** The child's command line; none of it is secret. */
export interface ChildOrders {
  readonly baseUrl: string;
  readonly ca: string;
  readonly keyDir: string;
  readonly calls: number;
  readonly paths: Paths;
  readonly secureMemory: boolean;
  /** The pin of a root: version 2. Empty: version 1. */
  readonly root: string;
}

/** The command line for {@link readOrders}. */
export function writeOrders(orders: ChildOrders): string[] {
  const { baseUrl, ca, keyDir, calls, paths, secureMemory, root } = orders;
  return [baseUrl, ca, keyDir, String(calls), paths, String(secureMemory), root];
}

/** The inverse of {@link writeOrders}. */
export function readOrders(args: readonly string[]): ChildOrders {
  const [baseUrl = '', ca = '', keyDir = '', calls, paths, secureMemory, root = ''] = args;
  return {
    baseUrl,
    ca,
    keyDir,
    calls: Number(calls),
    paths: paths === 'strings' ? 'strings' : 'bytes',
    secureMemory: secureMemory === 'true',
    root,
  };
}

/** The line on which the child says that all calls are over. */
export const FINISHED = 'finished';

/** Characters of prompts and answers, one after another: allocators and runtimes treat each of these sizes in a way of its own. */
const TEXT_LENGTHS = [96, 3_000, 40_000, 200_000] as const;

/** Length of the text of a call. */
export function textLength(call: number): number {
  return TEXT_LENGTHS[call % TEXT_LENGTHS.length] ?? TEXT_LENGTHS[0];
}

/** They are lower-case letters. */
export const LETTERS = 26;
export const FIRST_LETTER = 0x61;
