#!/usr/bin/env node
/**
 * `npx @nomyo/router`: the router for tests; with a command of `nomyo-router` in front, that one. npx looks for a command of
 * the package's own name, and one package is enough for both.
 */
const SERVER_COMMANDS: readonly (string | undefined)[] = ['serve', 'keys', 'api-keys', 'stand-in'];

void (SERVER_COMMANDS.includes(process.argv[2]) ? import('./server/main.js') : import('./testing/main.js'));
