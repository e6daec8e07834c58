/** Bad JSON out of good JSON: what its structure makes possible, and bytes do not. */
import type { Random } from '../common/random.js';
import { awkwardValue, deepJson } from './mutate.js';

type Json = Record<string, unknown>;

/** Whether the result means the same as before. */
export interface MutatedJson {
  readonly text: string;
  readonly equivalent: boolean;
}

/** Changes an object of JSON, or only its spelling. */
export function mutateJson(text: string, random: Random): MutatedJson {
  const mutation = random.pick([
    respell,
    respell,
    changeMember,
    changeMember,
    doubleMember,
    wrap,
    breakBase64,
  ]);
  return mutation(text, random);
}

/** Other texts for the same value (RFC 8259): white space, escapes, order, members that nobody knows. */
function respell(text: string, random: Random): MutatedJson {
  const spelling = random.pick<(value: Json) => string>([
    (value) => JSON.stringify(value, undefined, random.pick([1, 4, '\t'])),
    (value) => ` \r\n\t${JSON.stringify(value)}\n `,
    (value) => JSON.stringify(Object.fromEntries(Object.entries(value).reverse())),
    (value) => JSON.stringify({ ...value, [`x_${random.hex(4)}`]: awkwardValue(random) }),
    (value) => JSON.stringify({ before: 'B'.repeat(random.below(9000)), ...value }),
    (value) => escapeSome(JSON.stringify(value), random),
    (value) => JSON.stringify(value).replace('{', `{"deep":${balanced(random)},`),
  ]);
  return { text: spelling(parse(text)), equivalent: true };
}

function changeMember(text: string, random: Random): MutatedJson {
  const root = parse(text);
  const holder = random.pick(objectsIn(root));
  const name = random.pick(Object.keys(holder));
  const before = JSON.stringify(root);
  if (random.oneIn(3)) Reflect.deleteProperty(holder, name);
  else holder[name] = awkwardValue(random);
  const after = JSON.stringify(root);
  return { text: after, equivalent: before === after };
}

/** JSON.parse takes the last of two; a reader that takes the first is another reader. */
function doubleMember(text: string, random: Random): MutatedJson {
  const root = parse(text);
  const name = random.pick(Object.keys(root));
  const other = JSON.stringify({ [name]: awkwardValue(random) }).slice(1, -1);
  const [first, last] = [`{${other},${text.trim().slice(1)}`, `${text.trim().slice(0, -1)},${other}}`];
  return random.oneIn(2) ? { text: first, equivalent: true } : { text: last, equivalent: false };
}

function wrap(text: string, random: Random): MutatedJson {
  const wrapped = random.pick([
    `[${text}]`,
    JSON.stringify(text),
    `\ufeff${text}`,
    `${text}${text}`,
    `${text}\u0000`,
    `)]}'\n${text}`,
    `{"envelope":${text}}`,
    deepJson(random),
    '',
    'null',
    text.replaceAll('"', "'"),
  ]);
  return { text: wrapped, equivalent: false };
}

/** Spells a value of base64 as lenient readers take it. */
function breakBase64(text: string, random: Random): MutatedJson {
  const root = parse(text);
  const holder = random.pick(objectsIn(root));
  const names = Object.keys(holder).filter((name) => typeof holder[name] === 'string');
  if (names.length === 0) return { text: '{}', equivalent: false };
  const name = random.pick(names);
  const value = String(holder[name]);
  const at = random.below(value.length + 1);
  holder[name] = random.pick([
    `${value.slice(0, at)}\n${value.slice(at)}`,
    `${value.slice(0, at)} ${value.slice(at)}`,
    `${value.slice(0, at)}=${value.slice(at)}`,
    `${value.slice(0, at)}\u0000${value.slice(at)}`,
    value.replace(/=+$/u, ''),
    `${value}=`,
    `${value}====`,
    value.replaceAll('+', '-').replaceAll('/', '_'),
    value.replace(/[A-Za-z](?==)/u, (character) => String.fromCharCode(character.charCodeAt(0) + 1)),
    `data:application/octet-stream;base64,${value}`,
  ]);
  return { text: JSON.stringify(root), equivalent: holder[name] === value };
}

function objectsIn(value: unknown): Json[] {
  if (!isObject(value)) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)].filter(
    (object) => Object.keys(object).length > 0,
  );
}

function escapeSome(text: string, random: Random): string {
  const escape = (character: string): string =>
    random.oneIn(20) ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : character;
  return text.replace(/"[^"\\]*"/gu, (string) => string.replace(/[A-Za-z0-9+/]/gu, escape));
}

function balanced(random: Random): string {
  const depth = random.pick([1, 50, 400]);
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

function parse(text: string): Json {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
