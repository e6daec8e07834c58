import Instructor from '@instructor-ai/instructor';
import OpenAI from 'openai';
import { MODEL, report, reportText } from './weather.mjs';

const makeInstructor = Instructor.default ?? Instructor;

export function connect({ secureFetch, timeoutMs, prompt }) {
  const client = new OpenAI({
    baseURL: secureFetch.baseURL,
    apiKey: 'unused',
    fetch: secureFetch,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  // It prints the messages of every failure to the console regardless of `logger`; this is the function that does.
  const withMode = (mode) => Object.assign(makeInstructor({ client, mode }), { log: () => undefined });
  const messages = [{ role: 'user', content: prompt }];
  const response_model = { schema: report, name: 'report' };
  const ask = async (mode, signal) =>
    reportText(
      await withMode(mode).chat.completions.create(
        { model: MODEL, messages, response_model, max_retries: 0 },
        { signal },
      ),
    );
  return {
    create: (signal) => ask('TOOLS', signal),
    async stream() {
      const stream = await withMode('TOOLS').chat.completions.create({
        model: MODEL,
        messages,
        response_model,
        stream: true,
        max_retries: 0,
      });
      let last;
      for await (const partial of stream) last = partial;
      return reportText(last);
    },
    tools: () => ask('TOOLS'),
    structured: () => ask('JSON'),
    elsewhere: () => client.embeddings.create({ model: MODEL, input: prompt }),
  };
}
