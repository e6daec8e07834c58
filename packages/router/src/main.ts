#!/usr/bin/env node
/**
 * `npx @nomyo/router`: the router for tests, or `nomyo-router` if its first argument is one of that program's commands.
 * npx looks for a command named like the package.
 */
const SERVER_COMMANDS: readonly (string | undefined)[] = ['serve', 'keys', 'api-keys', 'stand-in'];

void (SERVER_COMMANDS.includes(process.argv[2]) ? import('./server/main.js') : import('./testing/main.js'));
