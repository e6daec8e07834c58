/** Lines that begin with a slash: they change the conversation and are never sent. */
import type { SecurityTier } from 'nomyo-js';
import { UsageError } from '../../exit/codes.js';
import { readAttachment } from '../../io/attachment.js';
import { readPublicKey, writeSealed } from '../../sealed-file.js';
import { aModel, aTier } from '../../settings/values.js';
import type { Conversation } from './conversation.js';

/** The context of a slash command. */
export interface SlashContext {
  readonly conversation: Conversation;
  /** Path of a public key, by `--seal-to`. */
  readonly sealTo: string | undefined;
  /** The directory that `~` stands for. */
  readonly home: string;
  readonly say: (line: string) => void;
  readonly end: () => void;
}

type Slash = (argument: string, context: SlashContext) => void | Promise<void>;

const HELP = [
  '/file PATH           attach a text or an image to the next message',
  '/tier TIER           standard, high or maximum; without one, show the current tier',
  '/model NAME          switch to another model; without one, show the current model',
  '/save FILE [KEY]     save the conversation, sealed to a public key (PEM); see --seal-to',
  '/clear               forget the conversation',
  '/help                show this list',
  '/exit                leave, like Ctrl-D',
  'End a line with \\ to continue on the next. Begin with // to send a message that starts with /.',
];

const COMMANDS: ReadonlyMap<string, Slash> = new Map<string, Slash>([
  ['file', attach],
  ['tier', setTier],
  ['model', setModel],
  ['save', save],
  [
    'clear',
    (_argument, { conversation, say }) => {
      conversation.clear();
      say('forgotten');
    },
  ],
  ['help', (_argument, { say }) => HELP.forEach(say)],
  ['exit', (_argument, { end }) => end()],
]);

/**
 * @param line begins with a slash
 * @throws {UsageError} on an unknown command or a wrong argument; everything stays as it was
 */
export async function runSlash(line: string, context: SlashContext): Promise<void> {
  const [, name = '', argument = ''] = /^\/(\S*)\s*([\s\S]*)$/u.exec(line) ?? [];
  const command = COMMANDS.get(name);
  if (command === undefined) {
    throw new UsageError(`there is no /${name}, and nothing was sent; /help lists what there is`);
  }
  await command(argument.trim(), context);
}

async function attach(argument: string, { conversation, home, say }: SlashContext): Promise<void> {
  if (argument === '') throw new UsageError('/file needs the path of a file');
  const path = pathOf(argument, home);
  conversation.attach(await readAttachment(path, '/file'));
  say(`${path} goes with the next message`);
}

function setTier(tier: string, { conversation, say }: SlashContext): void {
  if (tier !== '') conversation.tier = tierOf(tier);
  say(`tier: ${conversation.tier ?? 'not set'}`);
}

const tierOf = (text: string): SecurityTier => aTier([text], '/tier');

function setModel(model: string, { conversation, say }: SlashContext): void {
  if (model !== '') conversation.model = aModel([model], '/model');
  say(`model: ${conversation.model}`);
}

/** A conversation is saved sealed, or not at all. */
async function save(argument: string, { conversation, sealTo, home, say }: SlashContext): Promise<void> {
  const paths = [...argument.matchAll(WORD)].map(([word]) => pathOf(word, home));
  const [path = '', key = sealTo] = paths;
  if (path === '') throw new UsageError('/save needs the path of a file');
  if (key === undefined) {
    throw new UsageError(
      '/save needs a public key to seal to: /save FILE PUBLIC_KEY, or --seal-to; nothing was saved',
    );
  }
  const recipient = await readPublicKey(key, '/save');
  await writeSealed(path, { model: conversation.model, messages: conversation.messages }, recipient);
  say(`saved to ${path}, sealed to ${recipient.fingerprint}; \`nomyo open ${path}\` reads it`);
}

/** A word as shells read it: in quotes, or with a backslash before each space. */
const WORD = /'[^']*'|"[^"]*"|(?:\\ |\S)+/gu;

/** A path as people type it, or as terminals paste it when a file is dropped on them. */
function pathOf(typed: string, home: string): string {
  const [, , quoted] = /^(['"])(.*)\1$/u.exec(typed) ?? [];
  return quoted ?? typed.replace(/^~(?=$|\/)/u, () => home).replaceAll('\\ ', ' ');
}
