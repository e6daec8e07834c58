import { withApi } from './agents.mjs';

/** The Responses API, which is the default of this library. */
export const connect = (context) => withApi({ useResponses: true }, context);
