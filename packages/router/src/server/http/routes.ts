/** Maps method and path to a call: all that is read of a request in the clear. */
export type Target =
  | { readonly kind: 'keys' }
  | { readonly kind: 'sealed'; readonly keyId: string }
  | { readonly kind: 'v1'; readonly call: 'key' | 'completion' }
  | { readonly kind: 'preflight' }
  | { readonly kind: 'wrong-method'; readonly allow: string }
  | { readonly kind: 'unknown' };

const SEALED = /^\/v2\/(?<keyId>[0-9a-f]{32})$/iu;

/** The two calls of protocol 1. */
const V1_CALLS: ReadonlyMap<string, { readonly call: 'key' | 'completion'; readonly method: string }> =
  new Map([
    ['/pki/public_key', { call: 'key', method: 'GET' }],
    ['/v1/chat/secure_completion', { call: 'completion', method: 'POST' }],
  ]);

/** @param withV1 whether the calls of protocol 1 are served */
export function targetOf(method: string, url: string, withV1: boolean): Target {
  const path = url.replace(/[?#].*$/u, '');
  const keyId = SEALED.exec(path)?.groups?.['keyId']?.toLowerCase();
  const v1 = withV1 ? V1_CALLS.get(path) : undefined;
  if (path !== '/v2/keys' && keyId === undefined && v1 === undefined) return { kind: 'unknown' };
  if (method === 'OPTIONS') return { kind: 'preflight' };
  const allow = v1?.method ?? (keyId === undefined ? 'GET' : 'POST');
  // Node omits the body of a HEAD response.
  if (method !== allow && !(method === 'HEAD' && allow === 'GET')) return { kind: 'wrong-method', allow };
  if (v1 !== undefined) return { kind: 'v1', call: v1.call };
  return keyId === undefined ? { kind: 'keys' } : { kind: 'sealed', keyId };
}
