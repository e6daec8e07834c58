/**
 * A provider for Vercel's AI SDK: its models are reached through sealed chat completions. Needs the optional peer
 * `@ai-sdk/openai-compatible`.
 *
 * @packageDocumentation
 */
import { createOpenAICompatible, type OpenAICompatibleProvider } from '@ai-sdk/openai-compatible';
import { InvalidArgumentError } from '@nomyo/base';
import { createSecureFetch, type SecureFetchConfig } from '../fetch/index.js';
import { withoutPrompts } from './without-prompts.js';

export { withoutPrompts } from './without-prompts.js';

/** A model, of whichever version of the AI SDK is installed. */
export type NomyoModel = ReturnType<OpenAICompatibleProvider['chatModel']>;

/** `nomyo('model')` gives a model for `generateText`, `streamText` and all the others. */
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
  /** Resolves when the key pair is there and the router's key has been fetched, so that the first call is fast. */
  ready(): Promise<void>;
  /** Refuses new calls, waits for those under way, then wipes keys. A client that was given stays as it is. */
  close(): Promise<void>;
  /** Wipes keys and ends calls under way. A client that was given stays as it is. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a provider. Structured outputs and usage are on, and errors do not carry the prompt, as those of the AI SDK
 * otherwise do (`requestBodyValues`).
 *
 * @param config what `createSecureFetch` takes
 * @throws {InvalidArgumentError} on a wrong value or an unknown name
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
  throw new InvalidArgumentError(kind, 'is not supported: NOMYO has chat completions alone');
}
