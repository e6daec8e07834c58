/**
 * A provider for Vercel's AI SDK, whose models answer through sealed chat completions. Needs the optional peer
 * dependency `@ai-sdk/openai-compatible`.
 *
 * @packageDocumentation
 */
import { createOpenAICompatible, type OpenAICompatibleProvider } from '@ai-sdk/openai-compatible';
import { InvalidArgumentError } from '@nomyo/base';
import { createSecureFetch, type SecureFetchConfig } from '../fetch/index.js';
import { withoutPrompts } from './without-prompts.js';

export { withoutPrompts } from './without-prompts.js';

/** A model, in the installed version of the AI SDK. */
export type NomyoModel = ReturnType<OpenAICompatibleProvider['chatModel']>;

/** `nomyo('model')` returns a model for `generateText`, `streamText` and the AI SDK's other functions. */
export interface NomyoProvider {
  (modelId: string): NomyoModel;
  readonly specificationVersion: OpenAICompatibleProvider['specificationVersion'];
  languageModel(modelId: string): NomyoModel;
  chatModel(modelId: string): NomyoModel;
  /** Refused: only chat completions can be sealed. */
  completionModel(modelId: string): never;
  /** Refused: only chat completions can be sealed. */
  embeddingModel(modelId: string): never;
  /** Refused: only chat completions can be sealed. */
  textEmbeddingModel(modelId: string): never;
  /** Refused: only chat completions can be sealed. */
  imageModel(modelId: string): never;
  /** Loads or makes the key pair and fetches the router's key, so that the first call is fast. */
  ready(): Promise<void>;
  /** Refuses new calls, waits for those under way, then wipes keys. Leaves a client given as `client` alone. */
  close(): Promise<void>;
  /** Wipes keys and ends calls under way. Leaves a client given as `client` alone. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a provider. Structured outputs and usage are enabled. Its errors do not contain the prompt, unlike other errors
 * of the AI SDK (`requestBodyValues`).
 *
 * @param config options of `createSecureFetch`
 * @throws {InvalidArgumentError} on an invalid value or an unknown option
 * @throws as `createSecureFetch` does
 *
 * @example
 * const nomyo = createNomyo({ apiKey: process.env.NOMYO_API_KEY });
 * const { text } = await generateText({ model: nomyo('Qwen/Qwen3-0.6B'), prompt: 'Hello' });
 * await nomyo.close();
 */
export function createNomyo(config: SecureFetchConfig = {}): NomyoProvider {
  const secureFetch = createSecureFetch(config);
  const compatible = createOpenAICompatible({
    name: 'nomyo',
    baseURL: secureFetch.baseURL,
    fetch: secureFetch,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  const model = (modelId: string): NomyoModel => withoutPrompts(compatible.chatModel(modelId));
  const provider = (modelId: string): NomyoModel => model(modelId);
  return Object.assign(provider, {
    specificationVersion: compatible.specificationVersion,
    languageModel: model,
    chatModel: model,
    completionModel: () => refuse('completionModel'),
    embeddingModel: () => refuse('embeddingModel'),
    textEmbeddingModel: () => refuse('textEmbeddingModel'),
    imageModel: () => refuse('imageModel'),
    ready: () => secureFetch.ready(),
    close: () => secureFetch.close(),
    dispose: () => secureFetch.dispose(),
    [Symbol.dispose]: () => secureFetch.dispose(),
  });
}

function refuse(kind: string): never {
  throw new InvalidArgumentError(kind, 'is not supported: NOMYO only has chat completions');
}
