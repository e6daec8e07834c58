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
    { flag: '--file <path>', help: 'attach a text or an image; repeatable', isList: true },
    { flag: '--system <text>', help: 'instructions that stand above the question' },
    { flag: '--schema <file>', help: 'JSON Schema that the answer must keep to' },
    { flag: '--max-tokens <n>', help: 'longest answer, in tokens' },
    { flag: '--temperature <n>', help: 'from 0 to 2' },
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
  summary: 'a conversation in the terminal, kept in memory only',
  settings: CALLING,
  options: [
    { flag: '--system <text>', help: 'instructions that stand above the conversation' },
    { flag: '--seal-to <file>', help: 'public key (PEM) that /save seals to' },
  ],
  examples: [
    'nomyo chat --model Qwen/Qwen3-0.6B',
    'nomyo chat --tier maximum --seal-to archive/public_key.pem',
  ],
  load: () => import('./chat/chat.js'),
};

const open: CommandSpec = {
  name: 'open',
  summary: 'read what was sealed to the key pair in --key-dir',
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
  summary: 'serve the protocols of OpenAI, Anthropic and Ollama on this machine',
  settings: CALLING,
  options: [
    { flag: '--port <n>', help: 'port; 0: any free one (default: 11435)' },
    {
      flag: '--token-file <file>',
      help: 'file with the token that clients must send (default: a random one, printed once)',
    },
    { flag: '--max-concurrent <n>', help: 'calls at a time (default: 64)' },
    { flag: '--max-queue <n>', help: 'calls that wait; the next one gets 429 (default: 256)' },
    {
      flag: '--rate <n>',
      help: 'calls a second for all clients together; 0: no limit (default: that of the service)',
    },
    {
      flag: '--listen <address>',
      help: 'let other machines in; needs --token-file, --tls-cert and --tls-key',
    },
    { flag: '--tls-cert <file>', help: 'PEM of the certificate chain' },
    { flag: '--tls-key <file>', help: 'PEM of its private key' },
    { flag: '--grace <seconds>', help: 'for calls under way after SIGTERM (default: 30)' },
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
    { flag: '--watch', help: 'go on, and tell of a change' },
    { flag: '--interval <time>', help: 'between two looks, with --watch (default: 60s)' },
  ],
  examples: ['nomyo pin', 'nomyo pin --watch --interval 5m', 'nomyo pin --json | jq -r .pin'],
  load: () => import('./pin/pin.js'),
};

const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'look for everything that commonly stands in the way',
  settings: ['apiKeyFile', 'apiKeyFd', 'keyDir', 'keyPasswordFile', 'ephemeral', ...REACHING],
  examples: ['nomyo doctor', 'nomyo doctor --json | jq \'.checks[] | select(.status == "fail")\''],
  load: () => import('./doctor/doctor.js'),
};

const router: CommandSpec = {
  name: 'router',
  summary: 'run the local router, for development and tests',
  settings: PRINTING,
  options: [
    { flag: '--port <n>', help: 'port; 0: any free one (default: 12435)' },
    { flag: '--tls', help: 'HTTPS, with a certificate made on the spot' },
    { flag: '--cert-file <file>', help: 'write the PEM to trust here; with --tls' },
    {
      flag: '--upstream <url>',
      help: 'an OpenAI-compatible server that answers (default: a responder that is no model)',
    },
    { flag: '--rate-limit', help: 'hold the limits that the service publishes' },
    { flag: '--fail <mode,…>', help: 'fail on purpose, to see what clients do' },
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
  summary: 'print a script that completes commands and flags',
  words: '<shell>',
  examples: [
    'nomyo completion bash > ~/.local/share/bash-completion/completions/nomyo',
    'nomyo completion zsh > "${fpath[1]}/_nomyo"',
    'nomyo completion fish > ~/.config/fish/completions/nomyo.fish',
  ],
  load: () => import('./completion/completion.js'),
};

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
