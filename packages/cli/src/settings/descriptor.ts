/** Descriptors that the caller of this process has opened, and those that Node has. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const OPEN = '/proc/self/fd';
const ACCESS_MODE = 0b11;

/**
 * Reports whether Node uses a descriptor itself: it takes the numbers that its caller leaves free. A read from one would
 * wait forever, or take a byte that Node's signals need. Known where there is /proc; elsewhere the answer is no.
 */
export function belongsToNode(descriptor: number): boolean {
  const target = targetOf(String(descriptor));
  if (target.startsWith('anon_inode:')) return true;
  // The end of a caller's pipe that is written to is not here.
  const isWritten = (name: string): boolean => targetOf(name) === target && canWrite(name);
  return target.startsWith('pipe:') && readdirSync(OPEN).some(isWritten);
}

/** By the flags of open(2), in octal; the last two bits are the access mode. */
function canWrite(name: string): boolean {
  const [, flags = '0'] =
    /^flags:\s+([0-7]+)$/mu.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8')) ?? [];
  return (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0;
}

function targetOf(name: string): string {
  try {
    return readlinkSync(`${OPEN}/${name}`);
  } catch {
    return '';
  }
}
