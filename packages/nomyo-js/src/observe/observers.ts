/** Reports calls to observers, whose failures never affect the call. */
import { isObject } from '@nomyo/base';
import { quietly } from '../quietly.js';
import type {
  AdmittedRequest,
  CallEnd,
  CallFailure,
  CallObserver,
  CallRecorder,
  CallStart,
  RetryNote,
} from './observer.js';

/** The observers of one client. */
export class Observers {
  #observers: readonly CallObserver[] = [];

  get hashCiphertexts(): boolean {
    return this.#observers.some((observer) => observer.hashesCiphertexts === true);
  }

  /** Adds an observer. @returns a function that removes it; calls under way are still reported to their end */
  add(observer: CallObserver): () => void {
    this.#observers = [...this.#observers, observer];
    return () => {
      this.#observers = this.#observers.filter((other) => other !== observer);
    };
  }

  /** @param failed called with the failures of observers */
  begin(call: CallStart, failed: (error: unknown) => void): Recorders {
    const recorders = this.#observers.flatMap(
      (observer) => quietly(() => observer.begin(call), failed) ?? [],
    );
    return new Recorders(recorders, failed);
  }
}

/** The recorders of one call. */
export class Recorders {
  readonly #recorders: readonly CallRecorder[];
  readonly #failed: (error: unknown) => void;

  constructor(recorders: readonly CallRecorder[], failed: (error: unknown) => void) {
    this.#recorders = recorders;
    this.#failed = failed;
  }

  get isEmpty(): boolean {
    return this.#recorders.length === 0;
  }

  /** @throws the error with which an observer refuses the call */
  async admit(request: AdmittedRequest): Promise<void> {
    for (const recorder of this.#recorders) await recorder.admit?.(request);
  }

  /** Runs `task` in the contexts of all recorders. */
  within<T>(task: () => T): T {
    const inContext = this.#recorders.filter(hasContext);
    return inContext.reduceRight<() => T>((inner, recorder) => () => recorder.within(inner), task)();
  }

  retry(attempt: RetryNote): void {
    this.#tell((recorder) => recorder.retry?.(attempt));
  }

  firstChunk(): void {
    this.#tell((recorder) => recorder.firstChunk?.());
  }

  end(call: CallEnd): void {
    this.#tell((recorder) => recorder.end(call));
  }

  #tell(what: (recorder: CallRecorder) => unknown): void {
    for (const recorder of this.#recorders) quietly(() => what(recorder), this.#failed);
  }
}

function hasContext(
  recorder: CallRecorder,
): recorder is CallRecorder & Required<Pick<CallRecorder, 'within'>> {
  return recorder.within !== undefined;
}

/** The reason why a call failed, in names and numbers only. */
export function failureOf(error: unknown): CallFailure {
  const { name, code, status, possiblyExecuted } = isObject(error) ? error : {};
  return {
    name: textOf(name) ?? 'Error',
    code: textOf(code),
    status: typeof status === 'number' ? status : undefined,
    possiblyExecuted: possiblyExecuted === true,
  };
}

/** Only accepts short names, because an error of another library can have anything as its name. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.]{0,63}$/.test(value) ? value : undefined;
}
