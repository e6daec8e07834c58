/** The status page: one document that loads nothing else. Without the token it is a form and empty parts. */
import { createHash } from 'node:crypto';
import { callsPart, keyPart, memoryPart, plotsPart, routerPart, trafficPart } from './parts.js';
import { SCRIPT } from './script.js';
import type { Snapshot } from './snapshot.js';
import { STYLE } from './style.js';

const hashOf = (content: string): string =>
  `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

/** The page may load nothing, submit nothing, not be framed, and talk only to this gateway. */
const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of the page: nothing from elsewhere, no frame around it, no device of the machine. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/** @param snapshot `undefined` when the request had no valid token */
export function statusPage(snapshot: Snapshot | undefined): string {
  const part = (name: string, render: (of: Snapshot) => string): string =>
    `<div data-part="${name}">${snapshot === undefined ? '' : render(snapshot)}</div>`;
  const isOpen = snapshot !== undefined;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>NOMYO gateway</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>NOMYO gateway</h1><p>Sizes, names and times of calls, never their content.</p></header>
<main>
<form${isOpen ? ' hidden' : ''}>
<label for="token">Gateway token, as printed at startup</label>
<input id="token" type="password" autocomplete="off" required size="48">
<button>Show the status</button>
</form>
<p id="told" role="status"></p>
<div id="status"${isOpen ? '' : ' hidden'}>
<div class="cards">
<section><h2>Router</h2>${part('router', routerPart)}</section>
<section><h2>Key pair of this gateway</h2>${part('key', keyPart)}</section>
<section><h2>Memory protection</h2>${part('memory', memoryPart)}</section>
<section><h2>Calls</h2>${part('traffic', trafficPart)}</section>
</div>
<section><h2>Latency and throughput</h2>${part('plots', plotsPart)}</section>
<section><h2 id="recent">Live and recent calls</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="recent"><table data-part="calls">${isOpen ? callsPart(snapshot) : ''}</table></div></section>
</div>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}
