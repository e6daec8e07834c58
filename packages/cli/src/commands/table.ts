/** Every command, in the order of the help. */
import { CALLING, PRINTING, REACHING, type CommandSpec } from '../command.js';
import { AUDIT } from './audit/table.js';
import { BATCH_WORKER } from './batch-worker/table.js';
import { BATCH } from './batch/table.js';
import { KEYS } from './keys/table.js';

const ask: CommandSpec = {
  name: 'ask',
  summary: 'ask one question and print the answer',
  words: '[question...]',
  settings: CALLING,
  options: [
    { flag: '--file <path>', help: 'attach a text file or an image; repeatable', isList: true },
    { flag: '--system <text>', help: 'system prompt: instructions for the model' },
    { flag: '--schema <file>', help: 'JSON Schema that the answer must match' },
    { flag: '--max-tokens <n>', help: 'limit for the answer, in tokens' },
    { flag: '--temperature <n>', help: 'sampling temperature, from 0 to 2' },
  ],
  examples: [
    'nomyo ask --model Qwen/Qwen3-0.6B "Why is the sky blue?"',
    'nomyo ask --file report.txt --file chart.png "What does this say?"',
    'git diff | nomyo ask --system "Write a commit message" -',
    'nomyo ask --schema person.json "Ada Lovelace, born 1815" | jq .born',
    'nomyo ask --local "Is anybody there?"',
  ],
  load: () => import('./ask/ask.js'),
};

const chat: CommandSpec = {
  name: 'chat',
  summary: 'chat in the terminal; the history stays in memory',
  settings: CALLING,
  options: [
    { flag: '--system <text>', help: 'system prompt: instructions for the model' },
    { flag: '--seal-to <file>', help: 'public key (PEM) that /save encrypts to' },
  ],
  examples: [
    'nomyo chat --model Qwen/Qwen3-0.6B',
    'nomyo chat --tier maximum --seal-to archive/public_key.pem',
  ],
  load: () => import('./chat/chat.js'),
};

const open: CommandSpec = {
  name: 'open',
  summary: 'decrypt a file that was sealed to the key pair in --key-dir',
  words: '<file>',
  settings: ['keyDir', 'keyPasswordFile', ...PRINTING],
  examples: [
    'nomyo open --key-dir archive conversation.sealed',
    'nomyo open --key-dir archive out.jsonl > clear.jsonl',
  ],
  load: () => import('./open/open.js'),
};

const gateway: CommandSpec = {
  name: 'gateway',
  summary: 'serve the OpenAI, Anthropic and Ollama APIs on this machine',
  settings: CALLING,
  options: [
    { flag: '--port <n>', help: 'port to listen on; 0 picks a free one (default: 11435)' },
    {
      flag: '--token-file <file>',
      help: 'file that holds the token clients must send (default: a random one, printed once)',
    },
    { flag: '--max-concurrent <n>', help: 'how many calls run at once (default: 64)' },
    { flag: '--max-queue <n>', help: 'how many calls may wait; further ones get 429 (default: 256)' },
    {
      flag: '--rate <n>',
      help: 'calls per second, all clients together; 0: no limit (default: the service’s limit)',
    },
    {
      flag: '--listen <address>',
      help: 'accept other machines; needs --token-file, --tls-cert and --tls-key',
    },
    { flag: '--tls-cert <file>', help: 'certificate chain, PEM' },
    { flag: '--tls-key <file>', help: 'private key of the certificate, PEM' },
    { flag: '--grace <seconds>', help: 'how long running calls may take after SIGTERM (default: 30)' },
  ],
  examples: [
    'nomyo gateway --model Qwen/Qwen3-0.6B',
    'nomyo gateway --port 8080 --token-file ~/.config/nomyo/token --tier high',
    'nomyo gateway --listen 0.0.0.0 --token-file token --tls-cert cert.pem --tls-key key.pem',
    'nomyo gateway --local',
  ],
  load: () => import('./gateway/gateway.js'),
};

const pin: CommandSpec = {
  name: 'pin',
  summary: 'print the pin of the router’s key',
  settings: REACHING,
  options: [
    { flag: '--watch', help: 'keep watching, and report a change' },
    { flag: '--interval <time>', help: 'time between checks with --watch (default: 60s)' },
  ],
  examples: ['nomyo pin', 'nomyo pin --watch --interval 5m', 'nomyo pin --json | jq -r .pin'],
  load: () => import('./pin/pin.js'),
};

const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'check everything that commonly goes wrong',
  settings: ['apiKeyFile', 'apiKeyFd', 'keyDir', 'keyPasswordFile', 'ephemeral', ...REACHING],
  examples: ['nomyo doctor', 'nomyo doctor --json | jq \'.checks[] | select(.status == "fail")\''],
  load: () => import('./doctor/doctor.js'),
};

const router: CommandSpec = {
  name: 'router',
  summary: 'run a local router for development and tests',
  settings: PRINTING,
  options: [
    { flag: '--port <n>', help: 'port to listen on; 0 picks a free one (default: 12435)' },
    { flag: '--tls', help: 'serve HTTPS with a freshly made certificate' },
    { flag: '--cert-file <file>', help: 'with --tls: write the authority to trust (PEM) to this file' },
    {
      flag: '--upstream <url>',
      help: 'OpenAI-compatible server that answers (default: a built-in responder, not a model)',
    },
    { flag: '--rate-limit', help: 'enforce the rate limits that the service publishes' },
    { flag: '--fail <mode,…>', help: 'fail on purpose, to see how clients react' },
  ],
  examples: [
    'nomyo router',
    'nomyo router --tls --cert-file ca.pem',
    'nomyo router --upstream http://127.0.0.1:11434/v1',
    'nomyo router --fail flip-tag',
  ],
  load: () => import('./router/router.js'),
};

const completion: CommandSpec = {
  name: 'completion',
  summary: 'print a shell completion script',
  words: '<shell>',
  examples: [
    'nomyo completion bash > ~/.local/share/bash-completion/completions/nomyo',
    'nomyo completion zsh > "${fpath[1]}/_nomyo"',
    'nomyo completion fish > ~/.config/fish/completions/nomyo.fish',
  ],
  load: () => import('./completion/completion.js'),
};

/** The commands of `nomyo`. */
export const COMMANDS: readonly CommandSpec[] = [
  ask,
  chat,
  BATCH,
  BATCH_WORKER,
  gateway,
  open,
  KEYS,
  AUDIT,
  pin,
  doctor,
  router,
  completion,
];
