/** Tells systemd that the router is ready or stopping (`Type=notify`, sd_notify(3)). */
import { execFile } from 'node:child_process';

/** In ms; systemd-notify waits until the manager has read the message. */
const TIMEOUT_MS = 10_000;

/**
 * Node has no Unix datagram sockets, which NOTIFY_SOCKET is, so systemd's own helper sends the message; the unit needs
 * `NotifyAccess=all`. Does nothing without NOTIFY_SOCKET.
 */
export function notifySystemd(what: 'ready' | 'stopping', environment: NodeJS.ProcessEnv): void {
  if ((environment['NOTIFY_SOCKET'] ?? '') === '') return;
  // As an assignment: `--stopping` needs systemd 254.
  execFile('systemd-notify', [`${what.toUpperCase()}=1`], { timeout: TIMEOUT_MS }, (error) => {
    if (error === null) return;
    process.stderr.write('nomyo-router: systemd-notify failed; does the unit have NotifyAccess=all?\n');
  });
}
