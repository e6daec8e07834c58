// The layers, as rules for dependency-cruiser. Every rule is a line of the picture in README.md:
//
//   nomyo-js ─┬─► @nomyo/keystore ──► @nomyo/crypto ─┬─► @nomyo/base
//             └─► @nomyo/transport ──► @nomyo/base   └─► (optional) nomyo-native
//   @nomyo/cli ─► @nomyo/gateway ─► nomyo-js                  Node only
//   @nomyo/router ─► @nomyo/protocol-v2 ─► @nomyo/crypto      Node only
//   tools ─────► anything public; nothing imports tools
//
// Conditional imports (`#runtime`) lead to one file under Node and to another in a browser, so the layers are checked
// once for each: `layers.node.cjs` and `layers.browser.cjs`. tools/verify/checks/test/layers.test.mjs breaks each rule.

const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const SOURCES = '^packages/[^/]+/src/';
const NODE_FILE = '[.]node[.]ts$';
/** Programs: they run under Node and nowhere else. */
const NODE_ONLY = '^packages/(cli|gateway|router)/';
const OPTIONAL_PEER = 'node_modules/rate-limiter-flexible/';
const AI_SDK = 'node_modules/@ai-sdk/openai-compatible/';
const OPENTELEMETRY = 'node_modules/@opentelemetry/';
/** Loaded on demand; if missing, the user is told what to install. */
const PEER_ON_DEMAND = 'node_modules/ioredis/';
const WEB_FILE = '[.](web|browser)[.]ts$';

const betweenPackages = [
  error(
    'keystore-never-meets-transport',
    'Key code cannot open sockets.',
    { path: '^packages/keystore/' },
    { path: '^packages/transport/' },
  ),
  error(
    'transport-never-meets-keystore',
    'HTTP code cannot reach key files.',
    { path: '^packages/transport/' },
    { path: '^packages/keystore/' },
  ),
  error(
    'transport-knows-no-crypto',
    'The transport carries sealed bytes, and has no use for what seals them.',
    { path: '^packages/transport/src/' },
    { path: '^packages/crypto/' },
  ),
  error(
    'base-stands-alone',
    '@nomyo/base is the ground floor: it depends on nothing, not even on a platform.',
    { path: '^packages/base/src/' },
    { pathNot: '^packages/base/src/' },
  ),
  error(
    'crypto-stands-on-base',
    '@nomyo/crypto depends on @nomyo/base and on nothing else.',
    { path: '^packages/crypto/src/' },
    {
      pathNot: ['^packages/(crypto|base)/src/', 'nomyo-native', '^native/'],
      dependencyTypesNot: ['core'],
    },
  ),
  error(
    'only-crypto-loads-the-addon',
    'The addon is reached through the memory and the runtime of @nomyo/crypto on Node, and nowhere else.',
    { path: SOURCES, pathNot: '^packages/crypto/src/(memory|runtime)/[^/]+[.]node[.]ts$' },
    { path: ['nomyo-native', '^native/'] },
  ),
  error(
    'protocol-v2-stands-on-crypto',
    'Version 2 is bytes in, bytes out: it knows neither key files nor sockets.',
    { path: '^packages/protocol-v2/src/' },
    { path: '^packages/', pathNot: '^packages/(protocol-v2|crypto|base)/' },
  ),
  error(
    'nothing-above-nomyo-js',
    'The lower packages do not know the client.',
    { path: '^packages/(base|crypto|keystore|transport|protocol-v2)/' },
    { path: '^packages/nomyo-js/' },
  ),
  error(
    'router-sees-crypto-only',
    'The router shares the protocol with its clients, and no code above it.',
    { path: '^packages/router/src/' },
    { path: '^packages/', pathNot: '^packages/(router|crypto|base|protocol-v2)/' },
  ),
  error(
    'nothing-ships-the-router',
    'Tests may start the router; what is shipped to a client does not know it.',
    { path: '^packages/(base|crypto|keystore|transport|nomyo-js)/src/' },
    { path: '^packages/router/' },
  ),
  error(
    'no-deep-imports',
    'A package is imported by its name, never by a path into it.',
    { path: '^(packages|tools|tools/verify)/([^/]+)/(src|test|examples)/', pathNot: '^tools/verify/checks/' },
    { path: '^(packages|tools)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
  ),
];

const tools = [
  error(
    'nothing-imports-tools',
    'What is shipped does not know what it was built with.',
    { path: [SOURCES, '^native/'] },
    { path: '^tools/' },
  ),
  error(
    'tests-use-the-test-kit-only',
    'The tests of a package need packages, and the one kit for tests.',
    { path: '^packages/[^/]+/test/' },
    { path: '^tools/', pathNot: '^tools/testkit/' },
  ),
  error(
    'native-stands-alone',
    'The addon knows no package.',
    { path: '^native/' },
    { path: '^(packages|tools)/' },
  ),
];

const runtimes = [
  error(
    'node-modules-in-node-files',
    'Only *.node.ts may use what only Node has; so may programs.',
    { path: SOURCES, pathNot: [NODE_FILE, NODE_ONLY] },
    { dependencyTypes: ['core'] },
  ),
  error(
    'node-files-by-condition',
    'Runtimes are told apart by conditional imports: *.node.ts is reached through `#name`, or from *.node.ts.',
    { path: SOURCES, pathNot: [NODE_FILE, NODE_ONLY] },
    { path: NODE_FILE, dependencyTypesNot: ['aliased-subpath-import'] },
  ),
  error(
    'web-files-by-condition',
    'Runtimes are told apart by conditional imports: *.web.ts is reached through `#name`, or from *.web.ts.',
    { path: SOURCES, pathNot: WEB_FILE },
    { path: WEB_FILE, dependencyTypesNot: ['aliased-subpath-import'] },
  ),
];

const hygiene = [
  error(
    'no-cycles',
    'What is loaded never needs itself. (Types are gone by then, and may name each other.)',
    {},
    { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  ),
  error(
    'nothing-unresolved',
    'An import that leads nowhere escapes every other rule. (What is tried with libraries lies beside them when it runs.)',
    { pathNot: ['/fixtures/', '^(tools/compatibility/clients|packages/nomyo-js/examples/libraries)/'] },
    { couldNotResolve: true, pathNot: '^(nomyo-native$|/nowhere/)' },
  ),
  error(
    'sources-never-import-tests',
    'Tests are not shipped.',
    { path: '/src/' },
    { path: ['/test/', '[.]test[.]ts$'] },
  ),
  error(
    'runtime-dependencies-only',
    'What is shipped imports what its users get installed.',
    { path: SOURCES },
    {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      pathNot: [OPTIONAL_PEER, AI_SDK, OPENTELEMETRY, PEER_ON_DEMAND],
    },
  ),
  error(
    'peers-in-their-subpath',
    'An optional peer is loaded by the subpath that says so, and by nothing else.',
    // The command line brings it along, and loads it with the subpath.
    { path: SOURCES, pathNot: ['^packages/nomyo-js/src/redis-rate-limit[.]ts$', '^packages/cli/src/'] },
    { path: OPTIONAL_PEER, reachable: true },
  ),
  error(
    'ai-sdk-in-its-subpath',
    'The AI SDK is loaded by nomyo-js/ai-sdk, and by nothing else.',
    { path: SOURCES, pathNot: '^packages/nomyo-js/src/ai-sdk/index[.]ts$' },
    { path: AI_SDK, reachable: true },
  ),
  error(
    'protocol-v2-in-its-subpath',
    'Version 2 is loaded by nomyo-js/v2: version 1 alone needs no third-party code.',
    { path: '^packages/nomyo-js/src/', pathNot: '^packages/nomyo-js/src/v2/' },
    { path: '^packages/(protocol-v2|nomyo-js/src/v2)/', dependencyTypesNot: ['type-only'] },
  ),
  error(
    'opentelemetry-in-its-subpath',
    'OpenTelemetry is loaded by nomyo-js/otel, and by nothing else.',
    { path: SOURCES, pathNot: '^packages/nomyo-js/src/otel/' },
    { path: OPENTELEMETRY, reachable: true },
  ),
];

/** A file that the other runtime's condition leads to is no orphan. */
const orphans = (otherRuntime) =>
  error(
    'no-orphans',
    'A file that nothing imports is dead.',
    { orphan: true, path: '/src/', pathNot: otherRuntime },
    {},
  );

const inBrowser = error(
  'browser-never-reaches-node',
  'Nothing that a browser loads leads to a *.node.ts.',
  { path: `${SOURCES}index[.]ts$`, pathNot: NODE_ONLY },
  { path: NODE_FILE, reachable: true },
);

/** @param {'node' | 'browser'} runtime whose side of the conditional imports is followed */
function layers(runtime) {
  const ofRuntime = runtime === 'node' ? [orphans(WEB_FILE)] : [orphans(NODE_FILE), inBrowser];
  return {
    forbidden: [...betweenPackages, ...tools, ...runtimes, ...hygiene, ...ofRuntime],
    options: {
      tsPreCompilationDeps: true,
      combinedDependencies: false,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '(^|/)(dist|build|[.]results|[.]turbo|[.]cache)/' },
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['@nomyo/source', runtime, 'types', 'import', 'require', 'default'],
        extensions: ['.ts', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
      },
    },
  };
}

module.exports = { layers };
