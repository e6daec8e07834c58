/** What a process under examination does. */

/** `bytes`: `createRaw()` with prompts that are bytes. `strings`: `create()` with prompts that are strings. */
export type Paths = 'bytes' | 'strings';

/** One way of using the client. */
export interface Scenario {
  readonly name: string;
  readonly paths: Paths;
  /** Whether `nomyo-native` can be found. */
  readonly addon: boolean;
  readonly secureMemory: boolean;
}

/** Every row of the table in SECURITY.md. */
export const SCENARIOS: readonly Scenario[] = [
  { name: '`createRaw()`, with `nomyo-native`', paths: 'bytes', addon: true, secureMemory: true },
  { name: '`createRaw()`, without', paths: 'bytes', addon: false, secureMemory: true },
  { name: '`create()`, with `nomyo-native`', paths: 'strings', addon: true, secureMemory: true },
  { name: '`create()`, without', paths: 'strings', addon: false, secureMemory: true },
  { name: '`createRaw()`, `secureMemory: false`', paths: 'bytes', addon: false, secureMemory: false },
];

/** What the child gets, as JSON on its command line: nothing of it is secret. */
export interface ChildOrders {
  readonly baseUrl: string;
  readonly ca: string;
  readonly keyDir: string;
  readonly calls: number;
  readonly paths: Paths;
  readonly secureMemory: boolean;
}

/** The line on which the child says that all calls are over. */
export const FINISHED = 'finished';

/** Characters of a prompt and of an answer. */
export const TEXT_LENGTH = 96;

/** They are lower-case letters. */
export const LETTERS = 26;
export const FIRST_LETTER = 0x61;
