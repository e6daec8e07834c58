/** The version of this package, as its manifest states it. */
import { existsSync, readFileSync } from 'node:fs';

/** Seen from `src`, and from `dist/node`. */
const MANIFESTS = ['../package.json', '../../package.json'] as const;

/** Such as `0.1.0`. */
export function ownVersion(): string {
  const manifest = MANIFESTS.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (manifest === undefined) return 'unknown';
  return /"version": "([^"]+)"/u.exec(readFileSync(manifest, 'utf8'))?.[1] ?? 'unknown';
}
