/** The run-time dependencies each package may have; a longer list needs a reason in the package's README. */
const RUNTIME_DEPENDENCIES = {
  '@nomyo/base': [],
  '@nomyo/crypto': ['@nomyo/base'],
  '@nomyo/keystore': ['@nomyo/base', '@nomyo/crypto'],
  '@nomyo/transport': ['@nomyo/base'],
  'nomyo-js': ['@nomyo/base', '@nomyo/crypto', '@nomyo/keystore', '@nomyo/transport'],
  '@nomyo/protocol-v2': ['@noble/post-quantum', '@nomyo/base', '@nomyo/crypto', 'hpke'],
  '@nomyo/router': [
    '@nomyo/base',
    '@nomyo/crypto',
    '@nomyo/protocol-v2',
    '@peculiar/asn1-schema',
    '@peculiar/asn1-x509',
    '@peculiar/x509',
    'commander',
    'prom-client',
    'reflect-metadata',
  ],
  '@nomyo/gateway': [
    '@hono/node-server',
    '@nomyo/base',
    '@nomyo/crypto',
    '@nomyo/keystore',
    'hono',
    'nomyo-js',
    'pino',
    'prom-client',
  ],
  '@nomyo/cli': [
    '@clack/prompts',
    '@nomyo/base',
    '@nomyo/crypto',
    '@nomyo/gateway',
    '@nomyo/keystore',
    '@nomyo/protocol-v2',
    '@nomyo/router',
    '@nomyo/transport',
    'bullmq',
    'commander',
    'ioredis',
    'nomyo-js',
    'rate-limiter-flexible',
  ],
  // The loader of the prebuilt binaries.
  'nomyo-native': ['node-gyp-build'],
};

/**
 * Peers are optional, all of them: an install must never look for the addon, nor for a limiter that few need. Whatever
 * needs @nomyo/crypto hands its peer on: where a package sees what it names and nothing else (Plug'n'Play), an app that
 * installs the addon would otherwise get @nomyo/crypto twice, with it and without it.
 */
const PEERS = {
  '@nomyo/cli': ['nomyo-native'],
  '@nomyo/crypto': ['nomyo-native'],
  '@nomyo/gateway': ['nomyo-native'],
  '@nomyo/keystore': ['nomyo-native'],
  '@nomyo/protocol-v2': ['nomyo-native'],
  '@nomyo/router': ['ioredis', 'nomyo-native'],
  'nomyo-js': [
    '@ai-sdk/openai-compatible',
    '@nomyo/protocol-v2',
    '@opentelemetry/api',
    'nomyo-native',
    'rate-limiter-flexible',
  ],
};

/** A version, one that is compatible with it, or from one up to another; or one of several such. */
const ONE_RANGE = /([\^~]?\d+\.\d+\.\d+|>=\d+\.\d+\.\d+ <\d+\.\d+\.\d+)/.source;
const RANGE = new RegExp(`^${ONE_RANGE}( \\|\\| ${ONE_RANGE})*$`);

/** Scripts that npm runs on the installing user's machine. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];

const sorted = (map = {}) => Object.keys(map).sort();
const differ = (a, b) => JSON.stringify(a) !== JSON.stringify([...b].sort());

/** @returns what is wrong with the dependencies and scripts of a packed manifest, a line each */
export function dependencyViolations(manifest) {
  const violations = [];
  const allowed = RUNTIME_DEPENDENCIES[manifest.name];
  const peers = PEERS[manifest.name] ?? [];
  if (allowed === undefined) {
    return ['no list of runtime dependencies: add one to tools/verify/checks/rules/dependencies.mjs'];
  }
  if (differ(sorted(manifest.dependencies), allowed)) {
    violations.push(`dependencies are [${sorted(manifest.dependencies)}], not [${allowed}]`);
  }
  if (differ(sorted(manifest.peerDependencies), peers)) {
    violations.push(`peerDependencies are [${sorted(manifest.peerDependencies)}], not [${peers}]`);
  }
  for (const peer of sorted(manifest.peerDependencies)) {
    if (manifest.peerDependenciesMeta?.[peer]?.optional !== true) {
      violations.push(`peer ${peer} is not optional`);
    }
  }
  for (const field of ['optionalDependencies', 'bundledDependencies', 'bundleDependencies']) {
    if (manifest[field] !== undefined) violations.push(`${field} are not allowed`);
  }
  for (const script of INSTALL_SCRIPTS) {
    if (manifest.scripts?.[script] !== undefined) violations.push(`script ${script} runs at install`);
  }
  for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    if (!RANGE.test(range)) {
      violations.push(`${name} has the range ${range}, which npm cannot read`);
    }
  }
  return violations;
}
