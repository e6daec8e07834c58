import {
  DELIVERY_MODES,
  ENVELOPE_MODES,
  KEY_MODES,
  PLAINTEXT_MODES,
  ROUTER_MODES,
  STATUS_MODES,
} from '../fail/modes.js';
import { CLI_OPTIONS, type CliOption } from './option-table.js';

const INTRODUCTION = `A local router that speaks the NOMYO protocol version 1, for development and
tests. It opens requests and seals answers; without --upstream an embedded
responder answers, which is no model.

Usage: npx @nomyo/router [options]
`;

const ABOUT_MODES = `Fail modes, for --fail:

  MODE        from now on (rotated-key: once)
  MODE*2      for the next two requests
  A,B*3,ok    one after the other; then good answers
  MODE:X      with an argument, where the mode takes one
`;

const COLUMNS = 80;

/** Options and fail modes, for a terminal of 80 columns. */
export function helpText(): string {
  const options = Object.entries<CliOption>(CLI_OPTIONS).map(([name, { value, does }]) =>
    entry(`--${name}${value === undefined ? '' : ` ${value}`}`, does, 28),
  );
  return [
    INTRODUCTION,
    'Options:\n',
    ...options,
    '',
    ABOUT_MODES,
    ...group('Answers in place of the router', STATUS_MODES),
    ...group('A damaged envelope', ENVELOPE_MODES),
    ...group('Something else inside a good envelope', PLAINTEXT_MODES),
    ...group('A good answer, badly delivered', DELIVERY_MODES),
    ...group('The key endpoint', KEY_MODES),
    ...group('Others', ROUTER_MODES),
  ].join('\n');
}

function group(title: string, modes: Readonly<Record<string, string>>): string[] {
  return [
    `${title}:`,
    ...Object.entries(modes)
      .sort()
      .map(([name, does]) => entry(name, does, 26)),
    '',
  ];
}

/** A name, followed by what it does, in lines that fit. */
function entry(name: string, does: string, indent: number): string {
  const lines = [''];
  for (const word of does.split(' ')) {
    const line = `${lines.at(-1) ?? ''}${lines.at(-1) === '' ? '' : ' '}${word}`;
    if (indent + line.length <= COLUMNS) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  const margin = ' '.repeat(indent);
  const head = `  ${name}`;
  const first = head.length < indent ? head.padEnd(indent) : `${head}\n${margin}`;
  return first + lines.join(`\n${margin}`);
}
