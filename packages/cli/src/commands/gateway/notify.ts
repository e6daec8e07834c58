/** Tells systemd that the service is ready, or about to end (`Type=notify`, sd_notify(3)). */
import { execFile } from 'node:child_process';
import type { Context } from '../../context.js';

/** In ms; systemd-notify waits until the manager has read what it says. */
const TIMEOUT_MS = 10_000;

/**
 * Node has no datagram sockets of the kind that NOTIFY_SOCKET is, so systemd's own helper says it: the unit needs
 * `NotifyAccess=all`. Without NOTIFY_SOCKET there is no manager to notify.
 */
export function notifySystemd(what: 'ready' | 'stopping', { env, output }: Context): Promise<void> {
  if ((env['NOTIFY_SOCKET'] ?? '') === '') return Promise.resolve();
  return new Promise((resolve) => {
    // As an assignment: `--stopping` came with systemd 254 only.
    execFile('systemd-notify', [`${what.toUpperCase()}=1`], { timeout: TIMEOUT_MS }, (error) => {
      if (error !== null) output.warn('nomyo: systemd-notify failed; does the unit have NotifyAccess=all?');
      resolve();
    });
  });
}
