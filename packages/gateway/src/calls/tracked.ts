/** Hands an answer on piece by piece, as fast as its reader takes it, and tells how it ended. */

/** The events of a body. */
export interface BodyEvents {
  readonly onBytes: (count: number) => void;
  readonly onEnd: (how: 'whole' | 'cancelled' | 'broken') => void;
}

/**
 * A body with the same bytes, which reports how it ended. When the source breaks, `hangUp` must close the client's
 * connection: half an answer never looks whole. The body itself then stays open until it is cancelled, because the
 * HTTP library prints the error of a failed body, with its stack, to stderr.
 */
export function tracked(
  body: ReadableStream<Uint8Array>,
  events: BodyEvents,
  hangUp: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isBroken = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            events.onEnd('whole');
            controller.close();
            return;
          }
          events.onBytes(value.byteLength);
          controller.enqueue(value);
        } catch {
          isBroken = true;
          events.onEnd('broken');
          hangUp();
          await new Promise<never>(() => undefined);
        }
      },
      async cancel(reason) {
        if (isBroken) return;
        events.onEnd('cancelled');
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
