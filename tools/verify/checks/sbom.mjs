// Installs the packed packages into an empty npm project and writes its bill of materials, in CycloneDX:
// .results/sbom.cdx.json. Checks on the way that each of them asks for provenance.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { addonPackage, publicPackages, tarballDir } from './members.mjs';

// With the addon, or npm would look for that optional peer where it is not published yet.
const packages = [...publicPackages(), addonPackage()];
const scratch = mkdtempSync(join(tmpdir(), 'nomyo-sbom-'));
try {
  const dependencies = Object.fromEntries(
    packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
  );
  const project = { name: 'nomyo', version: '0.0.0', private: true, dependencies, overrides: dependencies };
  writeFileSync(join(scratch, 'package.json'), JSON.stringify(project));
  npm('install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--package-lock');
  const sbom = npm('sbom', '--sbom-format=cyclonedx', '--omit=dev');
  const file = join(dirname(tarballDir), 'sbom.cdx.json');
  writeFileSync(file, sbom);
  console.log(`${JSON.parse(sbom).components.length} components: ${file}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

for (const { member, manifest } of packages) {
  if (manifest.publishConfig?.provenance === true && manifest.publishConfig.access === 'public') continue;
  console.error(`${member}: publishConfig must ask for provenance and public access`);
  process.exitCode = 1;
}

function npm(...args) {
  const run = spawnSync('npm', args, { cwd: scratch, encoding: 'utf8', shell: process.platform === 'win32' });
  if (run.status !== 0) throw new Error(`npm ${args[0]} failed:\n${run.stderr}`);
  return run.stdout;
}
