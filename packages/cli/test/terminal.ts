/** A real terminal, by tmux: keys go in as a person types them, and what is on the screen comes out. */
import { describe } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { until } from '@nomyo/testkit';
import { BINARY, type Home } from './cli.js';

/** Why there is no terminal here, if so. */
const whyNone = spawnSync('tmux', ['-V']).status === 0 ? undefined : 'there is no tmux: apt-get install tmux';

/** A suite that needs a terminal: skipped with a note where there is no tmux. */
export function describeTerminal(name: string, tests: () => void): void {
  if (whyNone === undefined) describe(name, tests);
  else describe.skip(`${name} (skipped: ${whyNone})`, tests);
}

/** Shown behind the last line, so that the end of the command can be waited for. */
const ENDED = /ended with (\d+)/u;

/** A terminal with one command in it. */
export class Terminal {
  readonly #home: Home;
  readonly #socket: string;

  /** @param env what the command finds beside PATH, HOME and TERM */
  constructor(home: Home, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#home = home;
    Terminal.#count += 1;
    this.#socket = home.file(`tmux-${String(Terminal.#count)}`);
    const words = [process.execPath, BINARY, ...args].map(quoted).join(' ');
    const size = ['-x', '100', '-y', '50'];
    this.#tmux(
      [
        '-f',
        '/dev/null',
        'new-session',
        '-d',
        ...size,
        `${words}; code=$?; echo; echo "ended with $code"; exec cat`,
      ],
      env,
    );
  }

  static #count = 0;

  /** Types text, letter by letter; control characters in it are keys too. */
  type(text: string): void {
    this.#tmux(['send-keys', '-l', '--', text]);
  }

  /** Types a line and presses Enter. */
  enter(line: string): void {
    this.type(line);
    this.press('Enter');
  }

  /** Presses a key by tmux's name for it, such as `C-c`. */
  press(key: string): void {
    this.#tmux(['send-keys', key]);
  }

  /** Pastes text, with the marks around it that the command has asked for. */
  paste(text: string): void {
    this.#tmux(['set-buffer', '--', text]);
    this.#tmux(['paste-buffer', '-p']);
  }

  /** The screen without trailing blanks; `history`: with the lines that have scrolled away. */
  screen(): string {
    return this.#tmux(['capture-pane', '-p', '-S', '-1000']).trimEnd();
  }

  /** Resolves with the screen once `text` is on it. */
  async shows(text: string | RegExp): Promise<string> {
    const isThere = (screen: string): boolean =>
      typeof text === 'string' ? screen.includes(text) : text.test(screen);
    try {
      return await until(() => {
        const screen = this.screen();
        return isThere(screen) ? screen : undefined;
      });
    } catch {
      throw new Error(`${String(text)} never came up; the screen says:\n${this.screen()}`);
    }
  }

  /** The exit code of the command. */
  async ended(): Promise<number> {
    return Number(ENDED.exec(await this.shows(ENDED))?.[1]);
  }

  /** As programs see the window: its title, which an escape in an answer would like to change. */
  title(): string {
    return this.#tmux(['display-message', '-p', '#{pane_title}']).trim();
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
  }

  #tmux(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], {
      encoding: 'utf8',
      env: { ...this.#home.env(env), LANG: 'C.UTF-8', TERM: 'xterm-256color' },
      cwd: this.#home.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
