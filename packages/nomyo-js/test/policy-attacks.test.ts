/** A policy is judged on the sealed JSON, whatever the object pretends to be when inspected. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChatRequest } from '@nomyo/router/testing';
import type { ChatCompletionRequest, Policy } from '../src/index.js';
import { cleanUp, client, lowLevelClient, posts, rejection, REQUEST, router } from './support.js';

afterEach(cleanUp);

const FORBIDDEN = 'a-model-that-nobody-allowed';
const policy: Policy = { allowedModels: [REQUEST.model] };

/** The first look sees the allowed model, every later one the other. */
function flipping(): () => string {
  let looks = 0;
  return () => {
    looks += 1;
    return looks === 1 ? REQUEST.model : FORBIDDEN;
  };
}

class Dto {
  model = REQUEST.model;
  messages = REQUEST.messages;
  toJSON(): object {
    return { model: FORBIDDEN, messages: this.messages };
  }
}

const ATTACKS: Readonly<Record<string, () => object>> = {
  'a toJSON': () => ({ ...REQUEST, toJSON: () => ({ ...REQUEST, model: FORBIDDEN }) }),
  'a toJSON that cannot be seen': () =>
    Object.defineProperty({ ...REQUEST }, 'toJSON', { value: () => ({ ...REQUEST, model: FORBIDDEN }) }),
  'a class with a toJSON': () => new Dto(),
  'a toJSON of the prototype': () =>
    Object.assign(Object.create({ toJSON: () => ({ ...REQUEST, model: FORBIDDEN }) }) as object, REQUEST),
  'a toJSON that gives one': () => ({
    ...REQUEST,
    toJSON: () => ({ ...REQUEST, toJSON: () => ({ ...REQUEST, model: FORBIDDEN }) }),
  }),
  'a getter': () => {
    const model = flipping();
    return {
      ...REQUEST,
      get model() {
        return model();
      },
    };
  },
  'a proxy': () => {
    const model = flipping();
    return new Proxy(
      { ...REQUEST },
      {
        get: (target, name, receiver) =>
          name === 'model' ? model() : (Reflect.get(target, name, receiver) as unknown),
        getOwnPropertyDescriptor: (target, name) => {
          const found = Reflect.getOwnPropertyDescriptor(target, name);
          return name === 'model' && found !== undefined ? { ...found, value: FORBIDDEN } : found;
        },
      },
    );
  },
  'a model that is an object': () => ({
    ...REQUEST,
    model: { toString: () => REQUEST.model, toJSON: () => FORBIDDEN },
  }),
  'a model that is bytes': () => ({ ...REQUEST, model: new TextEncoder().encode(FORBIDDEN) }),
  'a model of the prototype': () =>
    Object.assign(Object.create({ model: REQUEST.model }) as object, { messages: REQUEST.messages }),
  'a model called __proto__': () =>
    JSON.parse(JSON.stringify(REQUEST).replace('"model"', '"__proto__":{"model":"x"},"model2"')) as object,
  'an array with names': () =>
    Object.assign([], REQUEST, { toJSON: () => ({ ...REQUEST, model: FORBIDDEN }) }),
};

describe('allowedModels', () => {
  it.each(Object.entries(ATTACKS))('is not fooled by %s', async (_name, attack) => {
    const models: unknown[] = [];
    const answers = (request: ChatRequest): string => {
      models.push(request.model);
      return 'ok';
    };
    const to = await router({ answers });
    const [high, low] = [client(to, { policy }), lowLevelClient(to, { policy })];
    const settle = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);
    await settle(high.create(attack() as ChatCompletionRequest));
    await settle(high.createRaw(attack() as ChatCompletionRequest));
    await settle(high.create({ ...(attack() as ChatCompletionRequest), stream: true }));
    await settle(low.sendSecureRequest(attack(), 'id-of-a-test'));
    await settle(low.encryptPayload(attack()));
    expect(models.filter((model) => model !== REQUEST.model)).toEqual([]);
  });

  it('accepts a class whose JSON complies', async () => {
    const to = await router();
    class Kept extends Dto {
      override toJSON(): object {
        return { model: REQUEST.model, messages: this.messages };
      }
    }
    await expect(client(to, { policy }).create(new Kept())).resolves.toHaveProperty('choices');
  });
});

describe('minimumSecurityTier', () => {
  it.each<[string, () => object]>([
    [
      'a getter',
      () => {
        let looks = 0;
        return {
          ...REQUEST,
          get security_tier() {
            looks += 1;
            return looks === 1 ? 'maximum' : 'standard';
          },
        };
      },
    ],
    [
      'a toJSON',
      () => ({
        ...REQUEST,
        security_tier: 'maximum',
        toJSON: () => ({ ...REQUEST, security_tier: 'standard' }),
      }),
    ],
    ['a toJSON that forgets it', () => ({ ...REQUEST, security_tier: 'maximum', toJSON: () => REQUEST })],
  ])('is not fooled by %s, and no tier is lost or sealed', async (_name, attack) => {
    const seen: ChatRequest[] = [];
    const to = await router({
      answers: (request) => {
        seen.push(request);
        return 'ok';
      },
    });
    const made = client(to, { policy: { minimumSecurityTier: 'maximum' } });
    const error = await made.create(attack() as ChatCompletionRequest).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    if (error === undefined) expect(posts(to)[0]?.headers['x-security-tier']).toBe('maximum');
    else expect(error).toMatchObject({ code: 'POLICY_VIOLATION' });
    for (const request of seen) expect(Object.keys(request)).not.toContain('security_tier');
  });
});

describe('code of the request that fails', () => {
  it('is a wrong argument that quotes nothing', async () => {
    const to = await router();
    const request = {
      ...REQUEST,
      toJSON: () => {
        throw new Error(JSON.stringify(REQUEST));
      },
    };
    expect(await rejection(client(to).create(request))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'request',
    });
    expect(to.requests).toHaveLength(0);
  });
});
