import { withModel } from './langchain.mjs';

/** A name that makes LangChain take the Responses API. */
export const connect = (context) => withModel('gpt-5.2-pro', context);
