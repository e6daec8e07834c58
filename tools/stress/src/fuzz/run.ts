/** The cases of one runtime, one after the other. */
import { setImmediate as turn } from 'node:timers/promises';
import { measure, settledLeftovers, type Resources } from '../common/resources.js';
import { Random } from '../common/random.js';
import type { Attack, Runtime, Target } from './target.js';

/** The targets to be tried. */
export interface FuzzPlan {
  readonly runtime: Runtime;
  readonly seed: number;
  /** Over all targets. */
  readonly cases: number;
  /** Told now and then. */
  readonly progress: (target: string, index: number) => void;
  readonly targets: readonly Target[];
  /** How long what was open may take to go away after the end, in ms. Default: 10 000. */
  readonly patience?: number;
}

/** Something that must not be, and how to see it again. */
export interface FindingReport {
  readonly target: string;
  readonly index: number;
  readonly what: string;
}

/** How one target fared. */
export interface TargetReport {
  readonly name: string;
  readonly cases: number;
  /** How often the input was taken in each way. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Of the slowest case, in ms, with what it took to make its input; `judge` limits the SDK's own part. */
  readonly slowestMs: number;
}

export interface FuzzReport {
  readonly runtime: Runtime;
  readonly targets: readonly TargetReport[];
  readonly findings: readonly FindingReport[];
  /** After the first tenth of the cases, and after the last. */
  readonly before: Resources;
  readonly after: Resources;
  /** Resources that keep the process alive at the end but not at the start. */
  readonly leftBehind: readonly string[];
}

/** More of one target say nothing new. */
const MAX_FINDINGS = 20;

/** Every target is warmed up with this share of its cases before memory is measured: code is compiled, pools filled. */
const WARM_UP_SHARE = 0.1;

export async function fuzz(plan: FuzzPlan): Promise<FuzzReport> {
  const empty = await measure();
  const targets = plan.targets.filter(({ runtimes }) => runtimes.includes(plan.runtime));
  const runs: TargetRun[] = [];
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  for (const target of targets) {
    const attack = await target.prepare(new Random(plan.seed, target.name));
    runs.push(new TargetRun(target, attack, Math.ceil((plan.cases * target.weight) / weights), plan));
  }
  for (const run of runs) await run.advance(WARM_UP_SHARE);
  const before = await measure();
  for (const run of runs) await run.advance(1);
  const after = await measure();
  for (const run of runs) await run.close();
  return {
    runtime: plan.runtime,
    targets: runs.map((run) => run.report()),
    findings: runs.flatMap((run) => run.findings),
    before,
    after,
    leftBehind: await settledLeftovers(empty, plan.patience ?? 10_000),
  };
}

/** The cases of one target. Each is known by its number alone: it can be tried again without those before it. */
class TargetRun {
  readonly findings: FindingReport[] = [];
  readonly #target: Target;
  readonly #attack: Attack;
  readonly #cases: number;
  readonly #plan: FuzzPlan;
  readonly #outcomes: Record<string, number> = {};
  #next = 0;
  #slowestMs = 0;

  constructor(target: Target, attack: Attack, cases: number, plan: FuzzPlan) {
    this.#target = target;
    this.#attack = attack;
    this.#cases = cases;
    this.#plan = plan;
  }

  /** @param share of all cases that must be done by then, 0 to 1 */
  async advance(share: number): Promise<void> {
    const end = Math.ceil(this.#cases * share);
    for (; this.#next < end; this.#next += 1) {
      if (this.#next % 50 === 0) this.#plan.progress(this.#target.name, this.#next);
      await this.#try(this.#next);
      await turn();
    }
  }

  async close(): Promise<void> {
    await this.#attack.close?.();
  }

  report(): TargetReport {
    return {
      name: this.#target.name,
      cases: this.#next,
      outcomes: this.#outcomes,
      slowestMs: this.#slowestMs,
    };
  }

  async #try(index: number): Promise<void> {
    const started = performance.now();
    const outcome = await this.#outcomeOf(index);
    const elapsed = performance.now() - started;
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    this.#slowestMs = Math.max(this.#slowestMs, elapsed);
  }

  async #outcomeOf(index: number): Promise<string> {
    try {
      return await this.#attack.attempt(new Random(this.#plan.seed, this.#target.name, index));
    } catch (error) {
      this.#find(index, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
      return 'FINDING';
    }
  }

  #find(index: number, what: string): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ target: this.#target.name, index, what });
  }
}
