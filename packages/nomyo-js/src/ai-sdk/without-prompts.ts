/** Removes the prompt from the AI SDK's errors, which end up in logs and error reporters. */
import { isObject } from '@nomyo/base';

/** Most levels of causes that are searched. */
const MAX_DEPTH = 8;

/** The methods of a model of any kind: `doGenerate`, `doStream`, `doEmbed` and future ones. */
const DOES = /^do[A-Z]/;

/**
 * Wraps a model of another provider so that its errors hold nothing of the request: errors of the AI SDK have the whole
 * prompt in `requestBodyValues`. Models of `createNomyo` are already wrapped.
 *
 * @param model a language model or an embedding model
 *
 * @example
 * const openai = createOpenAI({ baseURL: secureFetch.baseURL, apiKey: 'unused', fetch: secureFetch });
 * const { text } = await generateText({ model: withoutPrompts(openai('Qwen/Qwen3-0.6B')), prompt: 'Hello' });
 */
export function withoutPrompts<M extends object>(model: M): M {
  return new Proxy(model, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || typeof name !== 'string' || !DOES.test(name)) return member;
      return (...args: readonly unknown[]) => forgetting(() => Reflect.apply(member, target, args));
    },
  });
}

async function forgetting(run: () => unknown): Promise<unknown> {
  try {
    return forgettingParts(await run());
  } catch (error) {
    forget(error);
    throw error;
  }
}

/** Also removes it from the errors of a stream, which arrive as parts of the stream. */
function forgettingParts(answer: unknown): unknown {
  if (!isObject(answer) || !isStream(answer['stream'])) return answer;
  const forgetful = new TransformStream<unknown, unknown>({
    transform(part, controller) {
      if (isObject(part) && part['type'] === 'error') forget(part['error']);
      controller.enqueue(part);
    },
  });
  return { ...answer, stream: answer['stream'].pipeThrough(forgetful) };
}

function isStream(value: unknown): value is ReadableStream {
  return isObject(value) && typeof value['pipeThrough'] === 'function';
}

/** @param depth number of errors around this one */
function forget(error: unknown, depth = 0): void {
  if (!isObject(error) || depth > MAX_DEPTH) return;
  if ('requestBodyValues' in error) {
    Object.defineProperty(error, 'requestBodyValues', { value: {}, enumerable: true, configurable: true });
  }
  forget(error['cause'], depth + 1);
}
