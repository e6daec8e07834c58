// Reads a process's memory map and searches its memory, from outside: the needles are never in the
// process that is searched. proc(5): smaps, mem.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const PIECE = 1024 * 1024; // bytes read at once

const HEADER = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+ *(.*)$/;

/** Every mapping with its VmFlags: lo locked, dd not in dumps, wf wiped on fork, dc not forked. */
export function mappings(pid = 'self') {
  const found = [];
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const header = HEADER.exec(line);
    if (header) {
      const [, start, end, access, name] = header;
      found.push({ start: parseInt(start, 16), end: parseInt(end, 16), access, name, flags: [] });
    } else if (line.startsWith('VmFlags:')) {
      found.at(-1).flags = line.slice(8).trim().split(/\s+/);
    }
  }
  return found;
}

export const withFlags = (list, ...flags) =>
  list.filter((mapping) => flags.every((flag) => mapping.flags.includes(flag)));

function* pieces(file, { start, end }, overlap) {
  const buffer = Buffer.alloc(PIECE);
  for (let at = start; at < end; at += PIECE - overlap) {
    let length;
    try {
      length = readSync(file, buffer, 0, Math.min(PIECE, end - at), at);
    } catch {
      return; // the kernel's own pages, and memfd_secret
    }
    yield buffer.subarray(0, length);
    if (at + length >= end) return;
  }
}

/**
 * Searches all readable memory of another process.
 *
 * @returns for each needle the number of copies in protected mappings (locked and left out of
 *   dumps) and elsewhere
 */
export function search(pid, needles) {
  const counts = Object.fromEntries(Object.keys(needles).map((name) => [name, { inside: 0, outside: 0 }]));
  const overlap = Math.max(...Object.values(needles).map((needle) => needle.length)) - 1;
  const file = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const mapping of mappings(pid)) {
      if (!mapping.access.startsWith('r')) continue;
      const where = mapping.flags.includes('dd') ? 'inside' : 'outside';
      for (const piece of pieces(file, mapping, overlap)) {
        for (const [name, needle] of Object.entries(needles)) {
          counts[name][where] += occurrences(piece, needle);
        }
      }
    }
  } finally {
    closeSync(file);
  }
  return counts;
}

export function occurrences(haystack, needle) {
  let count = 0;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) count++;
  return count;
}
