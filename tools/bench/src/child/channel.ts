/** Commands and replies between the benchmark and its child processes, as JSON over Node's IPC. */

/** One function per command. */
export type Handlers = Readonly<Record<string, (input: never) => unknown>>;

/** Serves one command after the other until the parent goes away. For children. */
export function serve(handlers: Handlers): void {
  process.on('message', (command: { readonly name: string; readonly input: unknown }) => {
    void answer(handlers, command).then((reply) => process.send?.(reply));
  });
  process.once('disconnect', () => process.exit());
  // A signal alone would end the process without its 'exit' handlers, and leave behind what it started.
  process.once('SIGTERM', () => process.exit());
  process.send?.('ready');
}

async function answer(
  handlers: Handlers,
  { name, input }: { readonly name: string; readonly input: unknown },
): Promise<unknown> {
  try {
    const handler: ((input: never) => unknown) | undefined = handlers[name];
    if (handler === undefined) throw new RangeError(`unknown command "${name}"`);
    // Both ends are one build: the types of a command are those of its handler.
    return (await Reflect.apply(handler, undefined, [input])) ?? null;
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
