/** Numbers for Prometheus. Labels come from closed lists of codes: no paths, models or clients. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Where gauges get their values when they are read. */
export interface MetricsSources {
  /** Private keys in memory. */
  readonly keys: () => number;
  /** Unix seconds at which the signer's delegation ends. */
  readonly signerEnd: () => number;
  readonly exchanges: () => number;
}

/** Counts requests, and gives all numbers as text. */
export interface Metrics {
  /** @param code `ok`, or the code of what went wrong */
  request(code: string, seconds: number, bytesIn: number, bytesOut: number): void;
  readonly contentType: string;
  text(): Promise<string>;
}

/** From a clear error to an answer that takes ten minutes. */
const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 600];

/** A registry of its own: nothing of the process's other metrics is in it. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'nomyo_router_requests_total',
    help: 'Requests by the code they ended with.',
    labelNames: ['code'],
    registers,
  });
  const duration = new Histogram({
    name: 'nomyo_router_request_duration_seconds',
    help: 'From the head of a request to the end of its answer.',
    buckets: SECONDS,
    registers,
  });
  const bytes = new Counter({
    name: 'nomyo_router_sealed_bytes_total',
    help: 'Bytes of sealed messages by direction.',
    labelNames: ['direction'],
    registers,
  });
  const counterOf = counters(requests);
  const [into, out] = [bytes.labels('in'), bytes.labels('out')];
  gauge(registry, 'nomyo_router_kem_keys', 'Private keys in memory.', sources.keys);
  gauge(registry, 'nomyo_router_exchanges', 'Requests under way.', sources.exchanges);
  gauge(registry, 'nomyo_router_signer_not_after_seconds', 'When the delegation ends.', sources.signerEnd);
  return {
    request(code, seconds, bytesIn, bytesOut) {
      counterOf(code).inc();
      duration.observe(seconds);
      into.inc(bytesIn);
      out.inc(bytesOut);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

/** Of a closed list of codes: looked up by its labels, a counter costs more than it counts. */
function counters(all: Counter<'code'>): (code: string) => Counter.Internal {
  const known = new Map<string, Counter.Internal>();
  return (code) => {
    const counter = known.get(code) ?? all.labels(code);
    known.set(code, counter);
    return counter;
  };
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
