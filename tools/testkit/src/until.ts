/** Between two looks, in ms. */
const PAUSE_MS = 10;

/**
 * Waits for a condition, never for a time.
 *
 * @param condition asked again while it gives `undefined` or `false`
 * @param limitMs default: one minute, which busy machines need
 * @returns what the condition gave
 * @throws when the condition does not hold in time
 */
export async function until<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 60_000,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`the condition did not hold within ${String(limitMs)} ms`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
