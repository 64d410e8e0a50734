import { memory } from '../adapters/memory/memory-store.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import { uuidv7Ids } from '../host/ids.ts';
import { timeOf } from '../message/business-time.ts';
import { type Duration, durationMs } from '../message/duration.ts';
import { Application } from '../runtime/application.ts';
import type { PendingTimer } from '../process/pending-timers.ts';
import type { RunOptions } from '../runtime/run-options.ts';
import type { Application as RunningApplication } from '../runtime/running-application.ts';
import { run } from '../runtime/run.ts';
import { type Parked, SettledParkedError } from '../runtime/settled.ts';
import { StoppedError } from '../runtime/stopped.ts';
import { assertOutsideHandler } from '../subscription/in-handler.ts';
import { silent } from '../telemetry/logger.ts';
import { aroundStore } from './around-store.ts';
import { drivenApplication } from './driven-application.ts';
import { Outside } from './outside.ts';
import { seededOn } from './seed-on-store.ts';
import { TestClock } from './test-clock.ts';
import { type TrackedSession, trackedSession } from './tracked-session.ts';
import { markNow, trackedSince } from './tracked-records.ts';
import { TestTime } from './test-time.ts';

/**
 * A whole application under test: all of its contexts, alive, in memory and on a time that the test
 * decides. What it does is what it does when it runs; only time, ids and chance are given. They are
 * the same in each run, so that two runs give the same records, ids included.
 *
 * Time goes on by `advance`, and where a call can otherwise not come to its end: a retry in
 * `settled` waits for its time, and nobody sleeps.
 *
 * @example
 * const shop: TestApplication = await testApplication([ordering, billing]);
 * await shop.advance('3 days');
 * console.log(shop.now); // 2026-01-04T00:00:00.000Z
 */
export interface TestApplication extends RunningApplication {
  /** What time it is, in ISO 8601. */
  readonly now: string;
  /**
   * Lets time go on. On the way everything is done that comes due, in order of time, each with all
   * that it causes before time goes on.
   *
   * @throws {SettledParkedError} when something was parked on the way, at the end of it.
   * @throws {NotInTestTimeError} when a handler waits for something real, and does not end.
   * @throws {InvalidDurationError} for what is no duration.
   */
  advance(this: void, duration: Duration): Promise<void>;
  /**
   * Lets time go on until the next timer fires, as `advance` does, and answers with it: of a process
   * manager, of a scheduled message, or of a time that recurs.
   *
   * @throws {NoTimerError} when none is set that the clock decides.
   */
  advanceToNextTimer(this: void): Promise<PendingTimer>;
  /**
   * Does something, waits until all that it caused has settled, and answers with it. What is parked
   * on the way is in the answer, and is no failure here.
   *
   * @throws what `work` throws.
   * @throws {NotSettledError} as `settled`.
   */
  track(this: void, work: () => Promise<unknown>): Promise<TrackedSession>;
  /** Waits in the test's time: for stand-ins, such as a gateway that is slow to answer. */
  sleep(this: void, duration: Duration): Promise<void>;
}

/**
 * What a test may decide; all of `run` but its host, and none of it must be said.
 *
 * @example
 * const options: TestOptions = { now: '2011-12-09T12:50:00.000Z', dependencies: { gateway } };
 */
export interface TestOptions extends Partial<Omit<RunOptions, 'host'>> {
  /** What time it is in the beginning, in ISO 8601. Default 2026-01-01T00:00:00.000Z. */
  readonly now?: string;
  /** Decides ids and chance, together with what is in the store. Default 1. */
  readonly seed?: number;
  /** How long something real, such as a store on disk, may take in real time. Default 2 seconds. */
  readonly patience?: Duration;
}

const NOW = '2026-01-01T00:00:00.000Z';
const PATIENCE: Duration = '2 seconds';

/**
 * Brings contexts to life for one test, in any runner: on a new store in memory, log to log,
 * saying nothing. It takes all that `run` takes. It keeps no process alive, and one in memory needs
 * no `stop`.
 *
 * @throws {ConfigurationError} as `run`, naming everything that is wrong with the contexts.
 * @example
 * const app = await testApplication([ordering, billing]);
 * await app.handle(order, 'o-1', { type: 'PlaceOrder', data: { orderId: 'o-1', totalPence: 1530 } });
 * await app.advance('3 days');
 * console.log(app.now, await app.read(orderBook).get('o-1'));
 * await app.stop();
 */
export async function testApplication(
  contexts: readonly BoundedContext[],
  options: TestOptions = {},
): Promise<TestApplication> {
  const { now = NOW, seed = 1, patience = PATIENCE, ...given } = options;
  const clock = new TestClock(timeOf(now));
  const outside = new Outside();
  const time = new TestTime(clock, {
    outside: () => outside.waiting(clock.handlersWaiting),
    progress: () => outside.progress,
    patienceMs: durationMs(patience),
  });
  const parked: Parked[] = [];
  const { store, randomness } = seededOn(
    given.store ?? memory({ epoch: (context) => `${context}-${seed}` }),
    seed,
  );
  const starting = run(contexts, {
    logger: silent,
    ...given,
    store: aroundStore(store, ({ name, make }) => outside.during(name, make)),
    host: {
      clock,
      randomness,
      ids: uuidv7Ids(clock, randomness),
      // A test that does not stop it must not hang for that.
      stayAlive: () => () => undefined,
    },
    onParked(row) {
      parked.push(row);
      given.onParked?.(row);
    },
  });
  const application = await time.until('run', starting);
  outside.application = application;
  return testing({ application, clock, time, parked, businessTime: given.businessTime });
}

function testing(parts: {
  readonly application: Application;
  readonly clock: TestClock;
  readonly time: TestTime;
  readonly parked: readonly Parked[];
  readonly businessTime: RunOptions['businessTime'];
}): TestApplication {
  const { application, clock, time, parked } = parts;
  const driven = drivenApplication(application, time);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= time.untilStopped(application.stop()));
  const advanceTo = async (end: number): Promise<void> => {
    const before = parked.length;
    await time.advanceTo(end);
    if (parked.length > before) throw new SettledParkedError(parked.slice(before));
  };
  const assertMayCall = (called: string): void => {
    assertOutsideHandler(called);
    if (stopping !== undefined) throw new StoppedError(called);
  };
  return {
    ...driven,
    get now() {
      return new Date(clock.now()).toISOString();
    },
    async advance(duration) {
      assertMayCall('app.advance');
      await advanceTo(clock.now() + durationMs(duration));
    },
    async advanceToNextTimer() {
      assertMayCall('app.advanceToNextTimer');
      await time.rest();
      const next = await nextTimer(application, parts.businessTime);
      await advanceTo(Date.parse(next.due));
      return next;
    },
    async track(work) {
      assertMayCall('app.track');
      const contexts = Application.contextsOf(application);
      await time.rest();
      const mark = await markNow(contexts);
      await work();
      await driven.settled().catch((error: unknown) => {
        if (!(error instanceof SettledParkedError)) throw error;
      });
      const tracked = await trackedSince(contexts, mark);
      return trackedSession(
        tracked,
        contexts.map(({ name }) => name),
      );
    },
    sleep: async (duration) => clock.sleep(durationMs(duration)),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A timer by a business time that somebody must move waits for that, and not for the clock. */
async function nextTimer(
  application: Application,
  businessTime: RunOptions['businessTime'],
): Promise<PendingTimer> {
  const timers = await application.timers();
  const next = timers.find((timer) => !timer.isBusinessTime || businessTime !== 'watermark');
  if (next === undefined) throw new NoTimerError(timers.length);
  return next;
}

/** Time was to go on to the next timer, and there is none. */
export class NoTimerError extends Error {
  override readonly name = 'NoTimerError';
  readonly code = 'no-timer';
  readonly retryable = false;

  constructor(byBusinessTime: number) {
    const others = `${byBusinessTime} wait for "app.reachBusinessTime".`;
    super(
      `No timer is set that time could go on to. ` +
        (byBusinessTime > 0 ? others : `Look with "app.timers" what is set, and when.`),
    );
  }
}
