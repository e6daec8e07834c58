/**
 * Unix time in ms, with parts of them: several short calls fit into one, and two processes must agree which came first.
 */
export const unixMs = (): number => performance.timeOrigin + performance.now();
