// The libraries that are tried.

/**
 * `driver` is a file of clients/; `package` has the version that is shown. `lacks`: cases that the library has no way to
 * do. `answers`: what it gives where that is another thing than with the others.
 */
export const LIBRARIES = [
  { title: 'openai, chat completions', driver: 'openai', package: 'openai' },
  { title: 'openai, Responses', driver: 'openai-responses', package: 'openai' },
  { title: 'AI SDK with `nomyo-js/ai-sdk`', driver: 'ai-sdk', package: 'ai' },
  { title: 'AI SDK with `@ai-sdk/openai`, Responses', driver: 'ai-sdk-openai', package: '@ai-sdk/openai' },
  {
    title: 'AI SDK with `@ai-sdk/openai-compatible`',
    driver: 'ai-sdk-compatible',
    package: '@ai-sdk/openai-compatible',
  },
  { title: 'LangChain, chat completions', driver: 'langchain', package: '@langchain/openai' },
  { title: 'LangChain, Responses', driver: 'langchain-responses', package: '@langchain/openai' },
  { title: 'OpenAI Agents, chat completions', driver: 'agents', package: '@openai/agents' },
  { title: 'OpenAI Agents, Responses', driver: 'agents-responses', package: '@openai/agents' },
  { title: 'Mistral', driver: 'mistral', package: '@mistralai/mistralai' },
  {
    title: 'LlamaIndex',
    driver: 'llamaindex',
    package: '@llamaindex/openai',
    lacks: ['abort before', 'abort during'],
  },
  {
    title: 'Instructor',
    driver: 'instructor',
    package: '@instructor-ai/instructor',
    answers: { create: 'Oslo: 7', stream: 'Oslo: 7', tools: 'Oslo: 7', rounds: 1 },
  },
  { title: 'Anthropic, Messages', driver: 'anthropic', package: '@anthropic-ai/sdk' },
];
