/** Keeps what a caller must keep secret out of errors, where a router, or a proxy before it, sends it back. Pure. */
import type { HttpResponse } from '@nomyo/transport';

const LIMITS = {
  /** Shorter ones are no secrets, and would be found in any text. In characters. */
  secretCharacters: 6,
  /** What errors are made from; the rest is dropped. In bytes. */
  bodyBytes: 64 * 1024,
} as const;

/** The same answer, without the API key that it may repeat: as it is, or as JSON writes it. */
export function withoutApiKey(response: HttpResponse, apiKey = ''): HttpResponse {
  if (apiKey.length < LIMITS.secretCharacters) return response;
  const inJson = JSON.stringify(apiKey).slice(1, -1);
  const clean = (text: string): string =>
    text.replaceAll(apiKey, '[API key]').replaceAll(inJson, '[API key]');
  const headers = Object.entries(response.headers).map(([name, value]) => [name, clean(value)] as const);
  const body = new TextDecoder().decode(response.body.subarray(0, LIMITS.bodyBytes));
  return {
    ...response,
    headers: Object.fromEntries(headers),
    body: new TextEncoder().encode(clean(body)),
  };
}
