import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

describe('the demo', () => {
  it('shows question, answer and wire, and ends well', () => {
    const main = join(process.cwd(), 'dist', 'main.js');
    const { status, stdout } = spawnSync(process.execPath, [main], { encoding: 'utf8', timeout: 60_000 });
    expect(status).toBe(0);
    for (const part of [
      'potassium',
      'AES-256-GCM',
      'RSA-OAEP-SHA256',
      'sha256/',
      'tier maximum',
      'none of',
    ]) {
      expect(stdout).toContain(part);
    }
  });
});
