/** The gateway's output when it listens, and for every call on a terminal. Pure. */
import type { Call, Gateway } from '@nomyo/gateway';
import { visible } from '../../io/visible.js';

/** Where it listens, and the token, unless it is in a file. */
export function bannerText(
  { url, token }: Pick<Gateway, 'url' | 'token'>,
  tokenFile: string | undefined,
): string {
  return [
    'NOMYO gateway: every call is sealed before it leaves this machine.',
    '',
    `  OpenAI       ${url}/v1`,
    `  Anthropic    ${url}`,
    `  Ollama       ${url}`,
    `  status page  ${url}/`,
    tokenFile === undefined ? `  token        ${token}` : `  token        the one in ${tokenFile}`,
    ...(tokenFile === undefined
      ? [
          '',
          'The token is printed only once. Clients send it as their API key; use --token-file to keep one across restarts.',
        ]
      : []),
    '',
  ].join('\n');
}

const TIME = { from: 11, to: 19 } as const;

/** One call in one line, without content. */
export function callLine({
  startedAt,
  model,
  dialect,
  status,
  outcome,
  code,
  durationMs,
  responseBytes,
}: Call): string {
  const time = new Date(startedAt).toISOString().slice(TIME.from, TIME.to);
  const name = visible(model === '' ? '-' : model).replaceAll(/\s/gu, ' ');
  const end = `${String(status)} ${outcome ?? ''}${code === '' ? '' : ` ${code}`}`;
  return `${time}  ${dialect}  ${name}  ${end}  ${String(durationMs)} ms  ${String(responseBytes)} bytes`;
}
