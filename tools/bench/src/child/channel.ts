/** Commands and replies between the benchmark and its child processes, as JSON over Node's IPC. */

/** What a child is asked. */
export interface Command {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** What it answers. */
export type Reply =
  { readonly id: number; readonly output: unknown } | { readonly id: number; readonly error: string };

/** One function per command. */
export type Handlers = Readonly<Record<string, (input: never) => unknown>>;

/** Serves commands until the parent goes away. For children. */
export function serve(handlers: Handlers): void {
  process.on(
    'message',
    (message: Command) => void answer(handlers, message).then((reply) => process.send?.(reply)),
  );
  process.once('disconnect', () => process.exit());
  process.send?.({ id: 0, output: 'ready' } satisfies Reply);
}

async function answer(handlers: Handlers, { id, name, input }: Command): Promise<Reply> {
  try {
    const handler: ((input: never) => unknown) | undefined = handlers[name];
    if (handler === undefined) throw new RangeError(`no command ${name}`);
    // Both ends are one build: the types of a command are those of its handler.
    return { id, output: (await Reflect.apply(handler, undefined, [input])) ?? null };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Whether a message has the shape of a reply. */
export function isReply(message: unknown): message is Reply {
  return typeof message === 'object' && message !== null && 'id' in message && typeof message.id === 'number';
}
