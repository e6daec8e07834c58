/** Whether a program ends by itself. */

/** Says what keeps the process alive if it has not ended by itself after `ms`, and ends it with code 1. */
export function expectEnd(ms: number): void {
  const timer = setTimeout(() => {
    console.log(`FAILED  the process does not end: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(1);
  }, ms);
  timer.unref();
}
