// Runs beside `npm test` and looks, again and again, for marked secrets where every user of the machine can see them: in
// the arguments and the environment of processes (Linux), and in the names of temporary files. It appends each finding
// to the file that it is given, once, and never the secret itself. It ends when its input does. What lives shorter than
// the time between two looks can be missed. Folders that existed before are not part of the run.
//
//   node watch.mjs FINDINGS MARKERS
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMarks } from './marks.mjs';

const PROCESSES_EVERY_MS = 200;
const FILES_EVERY_MS = 1000;

/** Deeper and larger than anything that tests make. */
const MAX_DEPTH = 6;
const MAX_FILES = 50_000;

const [, , findings, markers] = process.argv;
const secretsIn = readMarks(markers);
const told = new Set();

function tell(where, text) {
  for (const secret of secretsIn(text)) {
    const line = `the ${secret} is in ${where}`;
    if (!told.has(line)) appendFileSync(findings, `${line}\n`);
    told.add(line);
  }
}

/** Skips files that are gone by now or belong to somebody else. */
function attempt(read, otherwise) {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function lookAtProcesses() {
  for (const pid of attempt(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name))) {
    for (const file of ['cmdline', 'environ']) {
      tell(
        `/proc/PID/${file}`,
        attempt(() => readFileSync(`/proc/${pid}/${file}`, 'latin1'), ''),
      );
    }
  }
}

/** When it began, a little earlier: the clocks of file systems are coarse. */
const since = Date.now() - 1000;
const isNew = (path) => attempt(() => statSync(path).birthtimeMs, 0) >= since;

function lookAtNames(directory, budget = { left: MAX_FILES }, depth = 0) {
  for (const entry of attempt(() => readdirSync(directory, { withFileTypes: true }), [])) {
    budget.left -= 1;
    if (budget.left < 0) return;
    tell('the name of a temporary file', entry.name);
    const path = join(directory, entry.name);
    const goesOn = entry.isDirectory() && depth < MAX_DEPTH && (depth > 0 || isNew(path));
    if (goesOn) lookAtNames(path, budget, depth + 1);
  }
}

const timers = [
  setInterval(lookAtProcesses, PROCESSES_EVERY_MS),
  setInterval(() => lookAtNames(tmpdir()), FILES_EVERY_MS),
];
process.stdin.resume().on('end', () => {
  for (const timer of timers) clearInterval(timer);
  lookAtNames(tmpdir());
});
