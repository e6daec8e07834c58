/** The reader of JSON in bytes: it takes what `JSON.parse` takes, and finds what is there. */
import { selectText, type JsonPath } from '@nomyo/crypto';
import type { Random } from '../../common/random.js';
import { mutateJson } from '../json-mutate.js';
import { mutate } from '../mutate.js';
import { expect, judge, type Target } from '../target.js';

const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'caf\u00e9 \u{1f600} "quoted" \\ \n \u0000' },
      logprobs: null,
    },
    { index: 1, message: { role: 'assistant', content: 'x'.repeat(5000), tool_calls: [{ id: 'a' }] } },
  ],
  usage: { prompt_tokens: -0.5e10, total_tokens: 12 },
};

const PATHS: readonly JsonPath[] = [
  ['choices', 0, 'message', 'content'],
  ['choices', 1, 'message', 'content'],
  ['choices', 1, 'message', 'tool_calls', 0, 'id'],
  ['id'],
  ['usage', 'total_tokens'],
  ['choices', 2],
  ['__proto__', 'toString'],
];

/** Deeper than this the reader under test refuses, and says so. */
const MAX_DEPTH = 500;

export const jsonSelectTarget: Target = {
  name: 'JSON reader',
  weight: 10,
  runtimes: ['node', 'browser'],
  prepare: () =>
    Promise.resolve({
      attempt: async (random) => {
        const bytes = inputOf(random);
        const path = random.pick(PATHS);
        const result = await judge(() => selectText(bytes, path), ['INVALID_PLAINTEXT']);
        const parsed = parse(bytes);
        if ('code' in result) {
          expect(
            parsed === undefined || depthOf(parsed.value) > MAX_DEPTH,
            'JSON that JSON.parse takes is taken',
          );
          return result.code;
        }
        expect(parsed !== undefined, 'JSON that JSON.parse refuses is refused');
        const there = follow(parsed.value, path);
        const wanted = typeof there === 'string' ? Buffer.from(there, 'utf8') : undefined;
        const found = result.value?.use((text) => Buffer.from(text));
        expect(
          found === undefined ? wanted === undefined : wanted?.equals(found) === true,
          'the text at its path',
        );
        return found === undefined ? 'nothing there' : 'found';
      },
    }),
};

function inputOf(random: Random): Buffer {
  const text = JSON.stringify(ANSWER);
  const changed = random.oneIn(2) ? mutateJson(text, random).text : text;
  const bytes = Buffer.from(changed, 'utf8');
  return random.oneIn(2) ? mutate(bytes, random) : bytes;
}

/** `undefined` when it is no JSON in UTF-8. */
function parse(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

function follow(value: unknown, path: JsonPath): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at) !== (typeof step === 'number') || !Object.hasOwn(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}

/** Level by level: the input is as deep as an attacker likes. */
function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0; depth += 1) level = level.flatMap(membersOf);
  return depth;
}

function membersOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values({ ...value }) : [];
}
