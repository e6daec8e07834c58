// Whether a marked secret got out during `npm test`: into a process listing or the name of a file while it ran
// (watch.mjs), or into what its tasks have printed and left.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MARKERS_FILE, readMarks } from './marks.mjs';

const WATCH = fileURLToPath(new URL('watch.mjs', import.meta.url));

/**
 * Looks around a run.
 *
 * @param {string} findings the file that findings go to meanwhile
 * @param {string} [markers] file of the marked secrets
 * @returns {() => Promise<string[]>} ends the watch, and returns its findings
 */
export function watchForLeaks(findings, markers = MARKERS_FILE) {
  mkdirSync(dirname(findings), { recursive: true });
  rmSync(findings, { force: true });
  const watch = spawn(process.execPath, [WATCH, findings, markers], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(watch, 'exit');
  watch.stdin.on('error', () => undefined);
  return async () => {
    watch.stdin.end();
    const [code] = await ended;
    const lines = existsSync(findings) ? readFileSync(findings, 'utf8').split('\n').filter(Boolean) : [];
    return code === 0 ? lines : [...lines, 'nobody watched: tools/verify/leaks/watch.mjs did not end well'];
  };
}

/** The output of the tasks of these members (turbo's logs), and the results they left. */
export function leaksInOutput(members, markers = MARKERS_FILE) {
  const secretsIn = readMarks(markers);
  return members
    .flatMap((member) => ['.turbo', '.results'].flatMap((folder) => filesIn(join(member, folder))))
    .flatMap((file) => secretsIn(readFileSync(file, 'utf8')).map((secret) => `the ${secret} is in ${file}`));
}

function filesIn(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(log|json)$/.test(entry.name))
    .map(({ name }) => join(directory, name));
}
