/** The parts of the page that change, as HTML; each replaces its previous version. Pure. */
import type { Call, Outcome } from '../calls/book.js';
import { bytes, duration, longText, text } from './html.js';
import { latencyPlot, throughputPlot } from './plots.js';
import type { Snapshot } from './snapshot.js';

/** Each outcome in a word or two. */
const OUTCOMES: Readonly<Record<Outcome, string>> = {
  ok: 'answered',
  refused: 'refused here',
  busy: 'turned away: busy',
  security: 'security failure',
  router: 'the router said no',
  connection: 'no connection',
  cancelled: 'client went away',
  failed: 'failed',
};

const BAD: readonly Outcome[] = ['security', 'connection', 'failed', 'router'];

const COLUMNS = ['Time', 'Model', 'Tier', 'Protocol', 'Sent', 'Received', 'Duration', 'Outcome'] as const;

/** The router: address, pin, and why it is trusted. */
export function routerPart({ router }: Snapshot): string {
  return facts([
    ['Address', longText(router.url)],
    [
      router.pin?.startsWith('ed25519/') === true ? 'Root' : 'Key',
      router.pin === undefined ? 'not known yet' : `<code>${longText(router.pin)}</code>`,
    ],
    ['Trust', longText(router.trust)],
    ...(router.problem === undefined
      ? []
      : [['Problem', `<strong>${longText(router.problem)}</strong>`] as const]),
  ]);
}

/** The client's key pair: fingerprint, age and next rotation. */
export function keyPart({ key, now }: Snapshot): string {
  if (key === undefined) {
    return '<p>None is needed: in version 2 of the protocol each call has its own keys, held only in memory.</p>';
  }
  const { fingerprint, createdAt, rotatesAt, place } = key;
  return facts([
    [
      'Fingerprint',
      fingerprint === undefined ? 'made with the first call' : `<code>${text(fingerprint)}</code>`,
    ],
    ['Kept', longText(place)],
    ['Age', createdAt === undefined ? '–' : duration(now - createdAt)],
    ['Next rotation', rotation(rotatesAt, now)],
  ]);
}

function rotation(rotatesAt: number | undefined, now: number): string {
  if (rotatesAt === undefined) return '–';
  return rotatesAt > now ? `in ${duration(rotatesAt - now)}` : 'at the next call';
}

/** How secrets are kept in memory, in words. */
export function memoryPart({ memory }: Snapshot): string {
  return `<p>${longText(memory)}</p>`;
}

/** Totals since the start, and how many calls run and wait now. */
export function trafficPart(snapshot: Snapshot): string {
  const { totals, running, waiting, maxConcurrent, maxQueue, startedAt, now } = snapshot;
  return facts([
    ['Sealed and sent', String(totals.sealed)],
    ['Refused, nothing sent', String(totals.refused)],
    ['Not answered', String(totals.failed)],
    ['Running', `${String(running)} of ${String(maxConcurrent)}`],
    ['Waiting', `${String(waiting)} of ${String(maxQueue)}`],
    ['Up for', duration(now - startedAt)],
  ]);
}

/** Latency and throughput of the recent calls, as SVG. */
export function plotsPart({ recent, now }: Snapshot): string {
  return latencyPlot(recent) + throughputPlot(recent, now);
}

/** A table of the calls under way and the recent ones: sizes, names and times, never content. */
export function callsPart({ live, recent, now }: Snapshot): string {
  const head = COLUMNS.map((name) => `<th scope="col">${name}</th>`).join('');
  const rows = [...live.toReversed(), ...recent].map((call) => row(call, now));
  const none = `<tr><td colspan="${String(COLUMNS.length)}">No calls yet.</td></tr>`;
  return `<thead><tr>${head}</tr></thead><tbody>${rows.length === 0 ? none : rows.join('')}</tbody>`;
}

function row(call: Call, now: number): string {
  const { outcome } = call;
  const state = outcome === undefined ? call.state : OUTCOMES[outcome];
  const code = call.code === '' ? '' : ` <code>${text(call.code)}</code>`;
  const time = new Date(call.startedAt).toISOString();
  const cells = [
    `<time datetime="${time}">${time.slice(11, 19)}</time>`,
    `<bdi>${text(call.model === '' ? '–' : call.model)}</bdi>`,
    text(call.tier === '' ? '–' : call.tier),
    `${call.dialect}${call.stream ? ', stream' : ''}`,
    bytes(call.requestBytes),
    bytes(call.responseBytes),
    duration(outcome === undefined ? now - call.startedAt : call.durationMs),
    `<span class="${outcome !== undefined && BAD.includes(outcome) ? 'bad' : 'good'}">${state}</span>${code}`,
  ];
  return `<tr data-call="${String(call.id)}">${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function facts(entries: readonly (readonly [name: string, html: string])[]): string {
  const items = entries.map(([name, html]) => `<div><dt>${name}</dt><dd>${html}</dd></div>`);
  return `<dl>${items.join('')}</dl>`;
}
