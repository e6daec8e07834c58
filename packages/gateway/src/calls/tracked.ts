/** Hands an answer on piece by piece, as fast as its reader takes it, and tells how it ended. */

/** What happens to a body. */
export interface BodyEvents {
  readonly onBytes: (count: number) => void;
  readonly onEnd: (how: 'whole' | 'cancelled' | 'broken') => void;
}

/** A body that does the same, and tells. A break of the source breaks it too: half an answer never looks whole. */
export function tracked(body: ReadableStream<Uint8Array>, events: BodyEvents): ReadableStream<Uint8Array> {
  const reader = body.getReader();
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
          events.onEnd('broken');
          controller.error(new Error('the answer broke off'));
        }
      },
      async cancel(reason) {
        events.onEnd('cancelled');
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
