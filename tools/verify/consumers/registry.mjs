// A registry of npm on loopback with a few packages and nothing else, so that package managers install what we packed
// the way they install from npm: with manifests from the registry, lockfiles and integrity.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { filesIn, readFromTarball } from './tarballs.mjs';

const digest = (algorithm, bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);

/** Long ago: some package managers take nothing that is new. */
const PUBLISHED = '2026-01-01T00:00:00.000Z';

/** As npm publishes: a `binding.gyp` at the root is an install script, unless the manifest says otherwise. */
function scriptsOf(manifest, files) {
  const compiles = files.includes('binding.gyp') && manifest.gypfile !== false;
  return compiles ? { install: 'node-gyp rebuild', ...manifest.scripts } : (manifest.scripts ?? {});
}

function documentOf({ manifest, files, bytes, file }, url) {
  const { name, version } = manifest;
  const scripts = scriptsOf(manifest, files);
  const dist = {
    tarball: `${url}/${name}/-/${file}`,
    shasum: digest('sha1', bytes, 'hex'),
    integrity: `sha512-${digest('sha512', bytes, 'base64')}`,
  };
  const hasInstallScript = ['preinstall', 'install', 'postinstall'].some((script) => script in scripts);
  return {
    _id: name,
    name,
    'dist-tags': { latest: version },
    time: { created: PUBLISHED, modified: PUBLISHED, [version]: PUBLISHED },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, scripts, dist, hasInstallScript } },
  };
}

const readPackage = (tarball) => {
  const manifest = JSON.parse(readFromTarball(tarball, 'package.json'));
  const file = `${manifest.name.split('/').at(-1)}-${manifest.version}.tgz`;
  return { manifest, files: filesIn(tarball), bytes: readFileSync(tarball), file };
};

/**
 * @param {string[]} tarballs what the registry has
 * @returns its address, the paths that it did not have, and an end
 */
export async function openRegistry(tarballs) {
  const packages = tarballs.map(readPackage);
  const missing = [];
  const server = createServer(({ url: path }, response) => {
    const wanted = decodeURIComponent(path);
    const found = packages.find(({ manifest }) => wanted.startsWith(`/${manifest.name}`));
    if (found === undefined) {
      missing.push(wanted);
      response.writeHead(404).end('{"error":"not found"}');
    } else if (wanted.endsWith('.tgz')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.bytes);
    } else {
      const body = JSON.stringify(documentOf(found, url));
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, missing, close };
}
