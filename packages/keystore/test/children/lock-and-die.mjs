// lock-and-die.mjs DIRECTORY: takes the lock of a directory, and is killed with it.
import { DirectoryLock } from '../../build/internals/lock.node.js';

const lock = await new DirectoryLock(process.argv[2]).tryAcquire();
process.stdout.write(lock === undefined ? 'busy\n' : 'locked\n', () => process.kill(process.pid, 'SIGKILL'));
