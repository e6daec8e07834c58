import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { joined, MODEL, report, reportText, weather } from './weather.mjs';

/** Chat completions. */
export const connect = (context) => withModel(MODEL, context);

/** @param model the name of some models makes LangChain take the Responses API */
export function withModel(model, { secureFetch, timeoutMs, prompt }) {
  const common = {
    apiKey: 'unused',
    maxRetries: 2,
    configuration: { baseURL: secureFetch.baseURL, fetch: secureFetch },
  };
  const chat = new ChatOpenAI({
    model,
    ...common,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  const asked = new HumanMessage(prompt);
  const textOf = ({ content, text }) => (typeof content === 'string' ? content : text);
  return {
    create: async (signal) => textOf(await chat.invoke([asked], { signal })),
    stream: async (signal) => joined(await chat.stream([asked], { signal }), textOf),
    async tools() {
      const { name, description, schema, run } = weather;
      const tools = [tool(async (given) => run(given), { name, description, schema })];
      const bound = chat.bindTools(tools);
      const first = await bound.invoke([asked]);
      const told = first.tool_calls.map(
        ({ id, args }) => new ToolMessage({ tool_call_id: id, content: run(args) }),
      );
      return textOf(await bound.invoke([asked, first, ...told]));
    },
    structured: async () =>
      reportText(await chat.withStructuredOutput(report, { name: 'report' }).invoke([asked])),
    elsewhere: () => new OpenAIEmbeddings({ model: MODEL, ...common }).embedQuery(prompt),
  };
}
