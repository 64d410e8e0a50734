/**
 * Makes one chosen call of a run fail, and counts the calls of a run so that each can be chosen in
 * turn: what a component does then must be right whichever call it was.
 *
 * - before: the call throws, nothing happened.
 * - answer-lost: it happened, and then the call throws.
 * - after: it happened, and the process ended there: the call throws, and so does every later one.
 */
export class Faults {
  readonly #fault: Fault | undefined;
  readonly #onCrash: () => void;
  readonly #counts = new Map<string, number>();
  #isStruck = false;
  #isCrashed = false;

  /** Without a fault it only counts. `onCrash` ends what a crash would end. */
  constructor(fault?: Fault, onCrash: () => void = () => {}) {
    this.#fault = fault;
    this.#onCrash = onCrash;
  }

  /** How often each call was made, by its name: `ordering.commit`. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Whether the chosen call was made, and failed. */
  get isStruck(): boolean {
    return this.#isStruck;
  }

  get isCrashed(): boolean {
    return this.#isCrashed;
  }

  /** Makes a call, unless it is the one to fail. After a crash it throws what `ended` makes. */
  async run<T>(name: string, call: () => Promise<T>, ended: () => Error): Promise<T> {
    if (this.#isCrashed) throw ended();
    const nth = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, nth);
    const fault = this.#fault;
    if (fault?.call !== name || fault.nth !== nth) return this.#finish(await call(), ended);
    this.#isStruck = true;
    if (fault.kind !== 'before') await call();
    if (fault.kind === 'after') this.#crash();
    throw new InjectedFaultError(fault);
  }

  /** What was under way when the process ended is told to nobody. */
  #finish<T>(answer: T, ended: () => Error): T {
    if (this.#isCrashed) throw ended();
    return answer;
  }

  #crash(): void {
    this.#isCrashed = true;
    this.#onCrash();
  }
}

export type FaultKind = 'before' | 'after' | 'answer-lost';

/** Which call fails, and how. */
export interface Fault {
  /** As in `Faults.counts`. */
  readonly call: string;
  /** 1 for the first. */
  readonly nth: number;
  readonly kind: FaultKind;
}

/**
 * Every way in which a run with these calls can fail at one of them.
 *
 * @example
 * const counted = new Faults();
 * await run([ordering, billing], { store: faultyStore(store, counted) });
 * for (const fault of everyFault(counted.counts)) console.log(fault.call, fault.nth, fault.kind);
 */
export function everyFault(counts: ReadonlyMap<string, number>): Fault[] {
  const kinds: readonly FaultKind[] = ['before', 'after', 'answer-lost'];
  return [...counts].flatMap(([call, count]) =>
    Array.from({ length: count }, (_, index) =>
      kinds.map((kind) => ({ call, nth: index + 1, kind })),
    ).flat(),
  );
}

/** Thrown in place of an answer, on purpose. */
export class InjectedFaultError extends Error {
  override readonly name = 'InjectedFaultError';
  readonly code = 'injected-fault';
  readonly retryable = true;
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(`Call ${fault.nth} of ${fault.call} fails on purpose (${fault.kind}).`);
    this.fault = fault;
  }
}
