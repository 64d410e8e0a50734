import { createHook } from 'node:async_hooks';
import { framesIn, isOwnCode } from './own-code.ts';
import { inSimulation } from './in-simulation.ts';

/** So long, in real time, it is waited for what seems to be under way outside of the simulation. */
const LOOK_MS = 1_000;

/**
 * Finds code that waits for something real: a file, a socket, a child. When nothing in the
 * simulation is ready, nothing in it can go on; whoever goes on all the same has waited for
 * something else, and no run of it can be repeated.
 */
export class ForeignWaits {
  readonly #running = new Set<string>();
  readonly #before = activeResources();
  readonly #stacks: string[] = [];
  readonly #unhook: () => void;

  /** `isTracing`: notes where anything real is begun, which is slow. */
  constructor(isTracing: boolean) {
    if (!isTracing) {
      this.#unhook = () => undefined;
      return;
    }
    const hook = createHook({ init: (_id, type) => this.#begun(type) }).enable();
    this.#unhook = () => void hook.disable();
  }

  /** A piece of the user's code that may take time. */
  watch<T>(name: string, answer: T): T {
    if (!(answer instanceof Promise)) return answer;
    this.#running.add(name);
    const over = (): void => void this.#running.delete(name);
    answer.then(over, over);
    return answer;
  }

  /**
   * Asked when nothing is ready. Undefined when nothing real is under way, as is nearly always so;
   * otherwise whether somebody went on while everything stood still.
   */
  look(hasMoved: () => boolean): Promise<ForeignWaitError | undefined> | undefined {
    if (this.#running.size === 0) return undefined;
    const kinds = this.#newResources();
    return kinds.length === 0 ? undefined : this.#wait(kinds, hasMoved);
  }

  close(): void {
    this.#unhook();
  }

  async #wait(
    kinds: readonly string[],
    hasMoved: () => boolean,
  ): Promise<ForeignWaitError | undefined> {
    const before = [...this.#running];
    const end = now() + LOOK_MS;
    while (now() < end && this.#newResources().length > 0) {
      await new Promise((resolve) => immediate(resolve));
      const ended = before.filter((name) => !this.#running.has(name));
      if (ended.length > 0 || hasMoved())
        return new ForeignWaitError(ended.length > 0 ? ended : before, kinds, this.#stacks);
    }
    return undefined;
  }

  #newResources(): readonly string[] {
    const known = new Map(this.#before);
    return process.getActiveResourcesInfo().filter((kind) => {
      const left = known.get(kind) ?? 0;
      known.set(kind, left - 1);
      return left <= 0 && !OF_SCHEDULE.has(kind);
    });
  }

  #begun(type: string): void {
    if (type === 'PROMISE' || OF_SCHEDULE.has(type) || this.#stacks.length > 0) return;
    if (inSimulation.getStore() === undefined) return;
    const here = { stack: '' };
    Error.captureStackTrace(here);
    const frames = framesIn(here.stack);
    if (frames[0] === undefined || isOwnCode(frames[0].url)) return;
    this.#stacks.push(frames.map(({ line }) => line).join('\n'));
  }
}

const immediate = setImmediate;
const now = performance.now.bind(performance);
/** What the schedule itself is made of. */
const OF_SCHEDULE: ReadonlySet<string> = new Set([
  'Immediate',
  'TickObject',
  'Microtask',
  'Timeout',
]);

function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Code that is simulated waits for something real, such as a file or a socket. */
export class ForeignWaitError extends Error {
  override readonly name = 'ForeignWaitError';
  readonly code = 'foreign-wait';
  readonly retryable = false;
  /** The handlers or steps that did so. */
  readonly by: readonly string[];
  /** As Node calls it: `FSReqPromise`. */
  readonly kinds: readonly string[];

  constructor(by: readonly string[], kinds: readonly string[], stacks: readonly string[]) {
    super(
      `${by.join(', ')} waits for something real (${[...new Set(kinds)].join(', ')}), so that no run of it can ` +
        `be repeated:\n${stacks.join('\n')}\nReach it through \`outside\`, and give a stand-in there.`,
    );
    this.by = by;
    this.kinds = kinds;
  }
}
