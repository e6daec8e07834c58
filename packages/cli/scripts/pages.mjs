// node scripts/pages.mjs [DIRECTORY], after a build: writes docs/cli/, a page for each command with a picture of its help.
// The pictures are text in SVG, made of what the binary prints.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const packageDir = resolve(import.meta.dirname, '..');
const binary = join(packageDir, 'dist/node/main.js');
const docs = resolve(process.argv[2] ?? join(packageDir, '../../docs/cli'));

/** Every command, and a sentence that its help has no room for. */
const COMMANDS = {
  ask: 'Asks one question. The answer goes to stdout, and everything else to stderr, so that it can stand in a pipe.',
  chat: 'A conversation in the terminal. Ctrl-C ends an answer, Ctrl-D the conversation; nothing is written to disk unless `/save` seals it.',
  batch: 'Answers a file of requests, and goes on after any interruption; see [batches](../batch.md).',
  'batch status': 'Shows what waits, who works, and what was given up; see [a fleet](../batch.md#a-fleet).',
  'batch-worker':
    'Answers lines that come through a queue, until SIGTERM; see [a fleet](../batch.md#a-fleet).',
  gateway: 'Serves other tools; see [the gateway](../gateway.md).',
  open: 'Reads what was sealed to a public key. A pair that calls use is replaced every day: seal to one of its own, made with `nomyo keys generate --key-dir archive`.',
  'keys generate': 'Makes a key pair. It asks for a password on a terminal, and never overwrites.',
  'keys show':
    'Describes a pair, as ssh-keygen does. With a password the private key is opened; a wrong one ends with 6.',
  'keys rotate': 'Replaces a pair at once. Calls under way end with the old one.',
  'keys passwd': 'Changes the password, and keeps the pair.',
  'keys import': 'Imports a key from elsewhere. The file it comes from is left as it is.',
  'keys export-public': 'Prints the public half.',
  'audit init': 'Makes the key that signs checkpoints; see [the audit trail](../audit.md).',
  'audit verify': 'Ends with 1, and names the line, when something is not as it was written.',
  'audit checkpoints':
    'Prints what to keep elsewhere, so that even the holder of the key cannot rewrite the past.',
  'audit export':
    'Prints a table. A cell that a spreadsheet would take for a formula gets a quote before it.',
  pin: 'Prints the pin of the router. TLS alone vouches for it: compare it over another channel before you trust it.',
  doctor: 'Checks what commonly goes wrong, and says what to do. It ends with 1 when a check fails.',
  router: 'A router for development and tests; it is not a model.',
  completion: 'Completes commands and flags in bash, zsh and fish.',
};

const CHARACTER = { width: 7.8, height: 17 };
const MARGIN = 16;
const MAX_COLUMNS = 96;

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A terminal with these lines in it. */
function picture(title, lines) {
  const columns = Math.max(title.length, ...lines.map((line) => line.length));
  const width = Math.ceil(columns * CHARACTER.width) + 2 * MARGIN;
  const height = (lines.length + 1) * CHARACTER.height + 2 * MARGIN;
  const text = lines.map((line, index) => {
    const y = MARGIN + (index + 1) * CHARACTER.height;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${escape(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<rect width="100%" height="100%" rx="8" fill="#14171a"/>
<g font-family="ui-monospace,Menlo,Consolas,monospace" font-size="13" fill="#e9ecef">
${text.join('\n')}
</g>
</svg>
`;
}

const output = (...words) =>
  execFileSync(process.execPath, [binary, ...words], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, COLUMNS: String(MAX_COLUMNS) },
  });

/** Commands that do something: those that are no group of others. */
function knownCommands() {
  const paths = [...output('completion', 'bash').matchAll(/^ {4}'([a-z][a-z -]*)'\) words=/gmu)].map(
    ([, path]) => path,
  );
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path} `)));
}

const untold = knownCommands().filter((command) => !Object.hasOwn(COMMANDS, command));
if (untold.length > 0) throw new Error(`scripts/pages.mjs has no sentence for ${untold.join(', ')}`);

mkdirSync(docs, { recursive: true });
for (const [command, sentence] of Object.entries(COMMANDS)) {
  const words = [...command.split(' '), '--help'];
  const help = output(...words);
  const name = command.replaceAll(' ', '-');
  const prompt = `$ nomyo ${words.join(' ')}`;
  writeFileSync(join(docs, `${name}.svg`), picture(prompt, [prompt, ...help.trimEnd().split('\n')]));
  writeFileSync(
    join(docs, `${name}.md`),
    `# \`nomyo ${command}\`\n\n${sentence}\n\n![The help of nomyo ${command}](${name}.svg)\n`,
  );
}
const list = Object.keys(COMMANDS).map(
  (command) => `- [\`nomyo ${command}\`](${command.replaceAll(' ', '-')}.md)`,
);
writeFileSync(
  join(docs, 'README.md'),
  `# The command line\n\nSettings and exit codes are in [the package's README](../../packages/cli/README.md).\n\n${list.join('\n')}\n`,
);
