/** Tells systemd that the router is ready, or about to end (`Type=notify`, sd_notify(3)). */
import { execFile } from 'node:child_process';

/** In ms; systemd-notify waits until the manager has read what it says. */
const TIMEOUT_MS = 10_000;

/**
 * Node has no datagram sockets of the kind that NOTIFY_SOCKET is, so systemd's own helper speaks for the router: the unit needs
 * `NotifyAccess=all`. Without NOTIFY_SOCKET there is nobody to tell.
 */
export function notifySystemd(what: 'ready' | 'stopping', environment: NodeJS.ProcessEnv): void {
  if ((environment['NOTIFY_SOCKET'] ?? '') === '') return;
  // As an assignment: `--stopping` came with systemd 254 only.
  execFile('systemd-notify', [`${what.toUpperCase()}=1`], { timeout: TIMEOUT_MS }, (error) => {
    if (error === null) return;
    process.stderr.write('nomyo-router: systemd-notify failed; does the unit have NotifyAccess=all?\n');
  });
}
