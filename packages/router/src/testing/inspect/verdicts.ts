/** A test's questions to a router, answered in sentences. None of them quotes a prompt, an answer or a key. */
import type { SeenRequest } from '../http/seen.js';
import type { OpenedRequest } from './open-requests.js';
import { firstDifference } from './subset.js';

/** The part of a router that is looked at. */
export interface Observed {
  readonly requests: readonly SeenRequest[];
  opened(): Promise<readonly OpenedRequest[]>;
}

/** A test's expectations of a payload: named members must be present, others may be. */
export type ExpectedPayload = Readonly<Record<string, unknown>>;

/** Whether it holds, and the sentence that says so. */
export interface Verdict {
  readonly pass: boolean;
  readonly sentence: string;
}

/** Calls for a completion, whether or not they could be opened; fetches of the key do not count. */
function completionCalls({ requests }: Pick<Observed, 'requests'>): readonly SeenRequest[] {
  return requests.filter(({ method }) => method === 'POST');
}

/** Checks whether a request with these members arrived. */
export async function judgeReceived(router: Observed, expected: ExpectedPayload): Promise<Verdict> {
  const opened = await router.opened();
  const differences = opened.map(({ payload }) => firstDifference(expected, payload));
  if (differences.includes(undefined)) {
    return { pass: true, sentence: 'the router received a request that matches' };
  }
  const last = differences.at(-1);
  const why = last === undefined ? 'none could be opened' : `the last one differs in ${last}`;
  const count = completionCalls(router).length;
  return { pass: false, sentence: `the router received ${calls(count)}, and none matches: ${why}` };
}

/** Checks whether so many calls arrived, retries included. */
export function judgeCount(router: Pick<Observed, 'requests'>, expected: number): Verdict {
  const count = completionCalls(router).length;
  return {
    pass: count === expected,
    sentence: `the router received ${calls(count)}; expected ${String(expected)}`,
  };
}

/** Looks for a text in everything that went over the wire: as it is, in base64, and in hexadecimal digits. */
export function judgeSealed({ requests }: Pick<Observed, 'requests'>, text: string): Verdict {
  const forms = formsOf(text);
  const found = requests.find((seen) => {
    const wire = [seen.requestBody, seen.answerBody, Buffer.from(JSON.stringify([seen.path, seen.headers]))];
    return wire.some((bytes) => forms.some((form) => Buffer.from(bytes).includes(form)));
  });
  if (found === undefined) {
    return { pass: true, sentence: 'the text went over the wire in no request' };
  }
  return {
    pass: false,
    sentence: `the text went over the wire in the clear, in request ${String(found.id)}`,
  };
}

/** Base64 of a text depends on where in the three-byte groups it begins: the middle of each is looked for. */
function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return encoded.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.byteLength) * 4) / 3));
  });
  return [text, bytes.toString('hex'), ...base64].filter((form) => form.length > 3 || form === text);
}

function calls(count: number): string {
  return count === 1 ? '1 request' : `${String(count)} requests`;
}
