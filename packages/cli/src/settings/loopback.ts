/** Addresses that never leave this machine. */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/u;

/** @param host as `URL.hostname` has it, or an address */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host.toLowerCase());
