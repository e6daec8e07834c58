/** Measures operations of @nomyo/crypto. Its argument is the directory of a key pair. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePem, getMemoryProtectionInfo, RsaPrivateKey } from '@nomyo/crypto';
import { serve } from './channel.js';
import { operationsWith } from './operations.js';

const { der } = decodePem(readFileSync(join(process.argv[2] ?? '', 'private_key.pem')));
void RsaPrivateKey.fromPkcs8(der).then((key) =>
  serve({ ...operationsWith(key), protection: () => getMemoryProtectionInfo().method }),
);
