import { describe, expect, it } from '@jest/globals';
import { exampleFiles, runExamples } from '../examples.mjs';
import { install } from '../install.mjs';
import { SETS } from '../run.mjs';

const ANSWER = 'Nobody else has read this.';
const TOOLS = 'It is 7 degrees in both cities.';
const REPORT = 'Oslo 7';

/** The output of each example. */
const PRINTED = {
  'agents.mjs': TOOLS,
  'ai-sdk/chat-page.mjs':
    /^<main><form>.*<\/main>\n<main><p>user: What is an envelope\?<\/p><p>assistant: Nobody else has read this\.<\/p>/,
  'ai-sdk/chat-route.mjs': '',
  'ai-sdk/generate-text.mjs': ANSWER,
  'ai-sdk/output-object.mjs': REPORT,
  'ai-sdk/stream-text.mjs': ANSWER,
  'ai-sdk/tools.mjs': TOOLS,
  'anthropic.mjs': ANSWER,
  'instructor.mjs': REPORT,
  'langchain/invoke.mjs': ANSWER,
  'langchain/responses.mjs': ANSWER,
  'langchain/stream.mjs': ANSWER,
  'langchain/structured.mjs': REPORT,
  'langchain/tools.mjs': TOOLS,
  'llamaindex.mjs': ANSWER,
  'mistral.mjs': ANSWER,
  'openai/create.mjs': ANSWER,
  'openai/parse.mjs': REPORT,
  'openai/responses.mjs': ANSWER,
  'openai/stream.mjs': `${ANSWER}\n(stop)`,
  'openai/tools.mjs': TOOLS,
  'servers/express.mjs': JSON.stringify({ answer: ANSWER }),
  'servers/hono.mjs': /^data: ".*"\n\ndata: "Nobody "\n/,
  'servers/next-route.mjs': JSON.stringify({ answer: ANSWER }),
};

/** Those that ask for it get the tier that they ask for. */
const HIGH = ['ai-sdk/generate-text.mjs', 'langchain/invoke.mjs', 'llamaindex.mjs'];

const libraries = [...new Set(exampleFiles().map((file) => file.split('/')[0]))];

it('are all executed', () => {
  expect(Object.keys(PRINTED)).toEqual(exampleFiles());
});

describe.each(SETS)('examples with the libraries of %s', (set) => {
  it.concurrent.each(libraries)(
    '%s',
    async (library) => {
      const files = exampleFiles().filter((file) => file.split('/')[0] === library);
      const { code, printed, outputs, requests } = await runExamples(install(set), files);
      const wanted = files.map((file) => {
        const text = PRINTED[file];
        return [file, typeof text === 'string' ? text : expect.stringMatching(text)];
      });
      expect({ printed, outputs }).toEqual({ printed, outputs: Object.fromEntries(wanted) });
      expect(code).toBe(0);
      const tiers = requests.map(({ tier }) => tier).filter((tier) => tier === 'high');
      expect(tiers).toHaveLength(files.filter((file) => HIGH.includes(file)).length);
    },
    150_000,
  );
});
