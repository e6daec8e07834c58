import type * as nodeHttp from 'node:http';

/**
 * Node's `http`, without an import of it. An import reads every export of a built-in module once, and one of these loads
 * undici (`WebSocket`, since Node 22.5): a program would have its first answer 10 to 15 ms later, for something that it
 * never uses. The object is the one that an import would give, so what replaces its functions, such as a stand-in for a
 * server in tests, works here too.
 */
export const http: typeof nodeHttp = process.getBuiltinModule('node:http');
