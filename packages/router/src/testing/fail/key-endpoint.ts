import { detailReply, textReply, type Reply } from '../../v1/reply.js';
import { cutBeforeHeaders, endless, never } from './deliveries.js';
import type { Failure } from './failure.js';
import type { KEY_MODES } from './modes.js';
import { page, redirect } from './statuses.js';
import { curvePem, privatePem, strangersPem } from './stranger.js';

/** Wrong answers of the key endpoint. */
export const keyEndpointFailures: Readonly<Record<keyof typeof KEY_MODES, Failure>> = {
  'key-garbage': { answer: () => text('this is no key') },
  'key-html': { answer: () => page(200) },
  'key-empty': { answer: () => text('') },
  'key-private': { answer: async () => text(await privatePem()) },
  'key-1024': { answer: async () => text(await strangersPem(1024)) },
  'key-ec': { answer: async () => text(await curvePem()) },
  'key-stranger': { answer: async () => text(await strangersPem(2048)) },
  'key-404': { answer: () => detailReply(404, 'secure inference is not enabled') },
  'key-500': { answer: () => detailReply(500, 'the router failed') },
  'key-503': { answer: () => detailReply(503, 'the router is starting') },
  'key-redirect': { answer: (scene) => redirect(302, scene) },
  'key-cut': { deliver: cutBeforeHeaders },
  'key-endless': { deliver: endless },
  'key-never': { deliver: never },
};

function text(content: string): Reply {
  return textReply(200, 'text/plain; charset=utf-8', content);
}
