/** Takes the prompt out of the AI SDK's errors, which end up in logs and error reporters. */
import { isObject } from '@nomyo/base';

interface Model {
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<{ readonly stream: ReadableStream }>;
}

/** How deep errors are looked for in errors. */
const MAX_DEPTH = 8;

/** The same model, whose errors hold nothing of the request. */
export function withoutPrompts<M extends Model>(model: M): M {
  return new Proxy(model, {
    get(target, name): unknown {
      if (name === 'doGenerate') {
        return (options: never) => forgetting(() => target.doGenerate(options));
      }
      if (name === 'doStream') {
        return (options: never) => forgetting(() => streaming(target, options));
      }
      return Reflect.get(target, name, target);
    },
  });
}

async function forgetting<T>(run: () => PromiseLike<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    forget(error);
    throw error;
  }
}

/** Errors of a stream come as parts of it. */
async function streaming(model: Model, options: never): Promise<object> {
  const { stream, ...rest } = await model.doStream(options);
  const forgetful = new TransformStream<unknown, unknown>({
    transform(part, controller) {
      if (isObject(part) && part['type'] === 'error') forget(part['error']);
      controller.enqueue(part);
    },
  });
  return { ...rest, stream: stream.pipeThrough(forgetful) };
}

/** @param depth of this error within others */
function forget(error: unknown, depth = 0): void {
  if (!isObject(error) || depth > MAX_DEPTH) return;
  if ('requestBodyValues' in error) {
    Object.defineProperty(error, 'requestBodyValues', { value: {}, enumerable: true, configurable: true });
  }
  forget(error['cause'], depth + 1);
}
