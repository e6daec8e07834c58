// The cases that every library goes through, and the answers of the model behind the router.

/**
 * Each case: what is called, how the router fails, and what the caller does meanwhile.
 *
 * `expect` is what must be so with every library: the class of outcome, and the number of requests at the router where
 * that is not the library's own decision. docs/compatibility.md has what each of them made of it.
 */
export const CASES = [
  { name: 'create', call: 'create', expect: { ok: true } },
  { name: 'stream', call: 'stream', expect: { ok: true } },
  { name: 'tools', call: 'tools', expect: { ok: true } },
  { name: 'structured output', call: 'structured', expect: { ok: true } },
  { name: 'abort before', call: 'create', abort: 'before', expect: { failed: true, requests: 0 } },
  {
    name: 'abort during',
    call: 'create',
    fail: 'never',
    abort: 'during',
    expect: { failed: true, requests: 1 },
  },
  { name: 'timeout', call: 'create', fail: 'never', timeoutMs: 2000, expect: { failed: true } },
  { name: '401', call: 'create', fail: '401', expect: { status: 401, requests: 1 } },
  { name: '403', call: 'create', fail: '403', expect: { status: 403, requests: 1 } },
  { name: '404', call: 'create', fail: '404', expect: { status: 404, requests: 1 } },
  { name: '429 without Retry-After', call: 'create', fail: '429', expect: { status: 429 } },
  { name: '429 with Retry-After: 1', call: 'create', fail: '429-seconds:1', expect: { status: 429 } },
  {
    name: '503 with Retry-After: 1800',
    call: 'create',
    fail: '503-seconds:1800',
    expect: { status: 503, requests: 1 },
  },
  {
    name: 'forged answer',
    call: 'create',
    fail: 'flip-tag',
    expect: { status: 403, code: 'DECRYPTION_FAILED', requests: 1 },
  },
  {
    name: 'forged answer, streamed',
    call: 'stream',
    fail: 'flip-ciphertext',
    expect: { status: 403, code: 'DECRYPTION_FAILED', requests: 1 },
  },
  {
    name: 'answer sealed for another',
    call: 'create',
    fail: 'swapped-key',
    expect: { status: 403, code: 'DECRYPTION_FAILED', requests: 1 },
  },
  {
    name: 'answer in the clear',
    call: 'create',
    fail: '200-plaintext',
    expect: { status: 403, code: 'INVALID_ENVELOPE', requests: 1 },
  },
  { name: 'wrong endpoint', call: 'elsewhere', expect: { failed: true, requests: 0 } },
];

/** The results of the calls of all libraries when nothing fails. */
export const ANSWERS = {
  create: 'Nobody else has read this.',
  stream: 'Nobody else has read this.',
  tools: 'It is 7 degrees in both cities.',
  structured: 'Oslo: 7',
};

const REPORT = JSON.stringify({ city: 'Oslo', celsius: 7 });

/** A model with a fixed mind: two parallel calls where there are tools, then a sentence; JSON where that is asked for. */
export function answer({ messages, tools, tool_choice, response_format }) {
  if (typeof tool_choice === 'object' && tool_choice !== null) {
    return callOf(tool_choice.function.name, REPORT);
  }
  if (messages.some(({ role }) => role === 'tool')) return ANSWERS.tools;
  if (Array.isArray(tools) && tools.length > 0) return twoCalls(tools[0].function.name);
  const isJson = response_format !== undefined && response_format !== null && response_format.type !== 'text';
  return isJson ? REPORT : ANSWERS.create;
}

function callOf(name, given, id = 'call_1') {
  return { content: null, tool_calls: [{ id, type: 'function', function: { name, arguments: given } }] };
}

function twoCalls(name) {
  const calls = ['Oslo', 'Bergen'].map((city, index) =>
    callOf(name, JSON.stringify({ city }), `call_${String(index)}`),
  );
  return { content: null, tool_calls: calls.flatMap(({ tool_calls }) => tool_calls) };
}
