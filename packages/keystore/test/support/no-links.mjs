// Preloaded with --import: a process whose file system has no hard links.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

fs.promises.link = () =>
  Promise.reject(
    Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM', syscall: 'link' }),
  );
syncBuiltinESMExports();
