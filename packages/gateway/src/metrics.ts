/** Metrics for Prometheus: numbers about calls, with labels from closed lists. Never content, never a path. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from './calls/admission.js';
import type { Call } from './calls/book.js';

/** How many models get their own label: clients can send any name, and labels are never freed. */
const MAX_MODELS = 19;
const OTHER_MODELS = 'other';
const MAX_MODEL_LENGTH = 64;

const DURATION_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const SIZE_BUCKETS_BYTES = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];

/** The metrics of one gateway. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #models = new Set<string>();
  readonly #calls: Counter<'dialect' | 'model' | 'outcome'>;
  readonly #duration: Histogram<'dialect' | 'outcome'>;
  readonly #requestBytes: Histogram;
  readonly #responseBytes: Histogram;
  readonly #turnedAway: Counter<'reason'>;

  constructor(admission: Pick<Admission, 'running' | 'waiting'>) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#calls = new Counter({
      name: 'nomyo_gateway_calls_total',
      help: 'Calls by protocol, model and outcome.',
      labelNames: ['dialect', 'model', 'outcome'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'nomyo_gateway_call_duration_seconds',
      help: 'From the first byte of the request to the last one of the answer.',
      labelNames: ['dialect', 'outcome'],
      buckets: DURATION_BUCKETS_S,
      registers,
    });
    this.#requestBytes = sizes('request', registers);
    this.#responseBytes = sizes('response', registers);
    this.#turnedAway = new Counter({
      name: 'nomyo_gateway_turned_away_total',
      help: 'Requests that were refused before they were calls, by reason.',
      labelNames: ['reason'],
      registers,
    });
    gauge(
      'nomyo_gateway_calls_running',
      'Calls that wait for the router.',
      () => admission.running,
      registers,
    );
    gauge(
      'nomyo_gateway_calls_waiting',
      'Calls that wait for their turn.',
      () => admission.waiting,
      registers,
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  count({ dialect, model, outcome = 'failed', durationMs, requestBytes, responseBytes }: Call): void {
    this.#calls.inc({ dialect, model: this.#modelLabel(model), outcome });
    this.#duration.observe({ dialect, outcome }, durationMs / 1000);
    this.#requestBytes.observe(requestBytes);
    this.#responseBytes.observe(responseBytes);
  }

  countTurnedAway(reason: 'host' | 'origin' | 'token' | 'path' | 'draining'): void {
    this.#turnedAway.inc({ reason });
  }

  #modelLabel(model: string): string {
    if (this.#models.has(model)) return model;
    const isNew = model !== '' && model.length <= MAX_MODEL_LENGTH && this.#models.size < MAX_MODELS;
    if (!isNew) return OTHER_MODELS;
    this.#models.add(model);
    return model;
  }
}

function sizes(which: 'request' | 'response', registers: Registry[]): Histogram {
  return new Histogram({
    name: `nomyo_gateway_${which}_bytes`,
    help: `Size of the ${which} between client and gateway.`,
    buckets: SIZE_BUCKETS_BYTES,
    registers,
  });
}

function gauge(name: string, help: string, read: () => number, registers: Registry[]): void {
  new Gauge({
    name,
    help,
    registers,
    collect(this: Gauge) {
      this.set(read());
    },
  });
}
