import type { Backbone } from '../backbone/backbone.ts';
import { embedded } from '../backbone/log-to-log.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import { type Host, systemHost } from '../host/host.ts';
import { stayAlive } from '../host/stay-alive.ts';
import type { Store } from '../log/store.ts';
import type { Dependencies } from '../reaction/tools.ts';
import { describeError } from '../subscription/failure.ts';
import { type Logger, jsonLines } from '../telemetry/logger.ts';
import { Activity } from './activity.ts';
import { Application } from './application.ts';
import { ConfigurationError, assertConfiguration } from './configuration.ts';
import { ParkedNotes } from './parked-notes.ts';
import { publishedHere } from './published-here.ts';
import { type Means, RunningContext } from './running-context.ts';
import type { Parked } from './settled.ts';

/**
 * What an application runs with. Only the store must be named.
 *
 * @example
 * const options: RunOptions = {
 *   store,
 *   only: ['billing'],
 *   onParked: ({ context, subscription }) => console.error(`parked: ${subscription} of ${context}`),
 * };
 */
export interface RunOptions {
  /** Where the logs live: `sqlite('./data')`, `memory()` … */
  readonly store: Store;
  /** What carries messages between contexts. Default `embedded()`: log to log. */
  readonly backbone?: Backbone;
  /** Runs only these contexts here; the checks are still made on the whole map. */
  readonly only?: readonly string[];
  /** What handlers get as `dependencies`. */
  readonly dependencies?: Dependencies;
  /** Where structured log lines go. Default: warnings and errors, as JSON, to standard error. */
  readonly logger?: Logger;
  /** Clock, ids and randomness; the machine's own where not given. */
  readonly host?: Partial<Host>;
  /** The largest payload of a record, in characters of JSON. Default 1,048,576. */
  readonly payloadCharactersMax?: number;
  /**
   * So many calls (`handle`, `transaction`) of each context are under way at a time. Default 1,000,
   * as many as one commit takes. Further ones wait in order with little memory instead of being
   * refused: whoever makes many calls at once wants them done, and would only have to make them
   * again. Of those that wait, 100,000 are too many (`TooManyCallsError`).
   */
  readonly callsUnderWayMax?: number;
  /**
   * For how long a repeated message or commandId is recognised, in milliseconds. Default 30 days.
   * A message older than that is set aside for a person.
   */
  readonly dedupeWindowMs?: number;
  /** Called for each record that is parked: the hook for an alert. */
  readonly onParked?: (parked: Parked) => void;
  /** Called when a subscription stops moving, with the reason: the hook for an alert. */
  readonly onStalled?: (stalled: {
    readonly context: string;
    readonly subscription: string;
    readonly why: string;
  }) => void;
}

/**
 * Brings contexts to life: opens their logs, starts what reads them, and answers when commands can
 * be handled. It is always given the whole context map.
 *
 * From now until `stop` has ended it keeps its process alive, like a server, also while there is
 * nothing to do: what runs here may be waited for by other processes. A program that is to end by
 * itself stops it.
 *
 * @throws {ConfigurationError} naming everything that is wrong with the map.
 * @throws {LogInUseError} when another process runs one of the contexts on this store.
 * @example
 * const app = await run([ordering, billing], { store: sqlite('./data') });
 * process.once('SIGTERM', () => void app.stop());
 */
export async function run(
  contexts: readonly BoundedContext[],
  options: RunOptions,
): Promise<Application> {
  assertConfiguration(contexts, options.only);
  const host = systemHost(options.host);
  const activity = new Activity();
  const parked = new ParkedNotes();
  const logger = options.logger ?? jsonLines((line) => process.stderr.write(line), 'warn');
  const backbone = options.backbone ?? embedded();
  const means: Means = {
    contexts,
    store: options.store,
    backbone,
    host,
    logger,
    activity,
    // Whether some are needed, only the application knows, which extends `Dependencies`.
    dependencies: options.dependencies ?? ({} as Dependencies),
    charactersMax: options.payloadCharactersMax,
    callsUnderWayMax: options.callsUnderWayMax,
    dedupeWindowMs: options.dedupeWindowMs,
    onParked(context, row) {
      parked.add({ ...row, context });
      callHook(logger, context, () => options.onParked?.({ ...row, context }));
    },
    onStalled: (context, subscription, why) =>
      callHook(logger, context, () => options.onStalled?.({ context, subscription, why })),
  };
  const chosen = contexts.filter((context) => options.only?.includes(context.name) ?? true);
  const letGo = stayAlive();
  const running = await start(chosen, means).catch((error: unknown) => {
    letGo();
    throw error;
  });
  const end = async (): Promise<void> => {
    try {
      await stopAll(running);
      await backbone.close();
    } finally {
      letGo();
    }
  };
  return new Application({ contexts: running, activity, clock: host.clock, parked, end });
}

/** A hook that throws is told, and does not become a fault of what it was told of. */
function callHook(logger: Logger, context: string, hook: () => void): void {
  try {
    hook();
  } catch (error) {
    const { message } = describeError(error);
    logger.log({
      level: 'error',
      event: 'trouble',
      context,
      about: 'a hook given to run',
      message,
    });
  }
}

/** All logs are opened before anything moves; when something is wrong, all are closed again. */
async function start(
  contexts: readonly BoundedContext[],
  means: Means,
): Promise<readonly RunningContext[]> {
  const running: RunningContext[] = [];
  try {
    const problems: string[] = [];
    for (const context of contexts) {
      const prepared = await RunningContext.prepare(context, means);
      running.push(prepared.running);
      for (const problem of prepared.problems) problems.push(`in "${context.name}": ${problem}`);
    }
    if (problems.length > 0) throw new ConfigurationError(problems);
    await means.backbone.start({
      clock: means.host.clock,
      published(name) {
        const here = running.find((candidate) => candidate.name === name);
        return here === undefined ? means.store.published(name) : publishedHere(here, means.store);
      },
    });
    for (const context of running) await context.tail.start(context.committer);
    for (const context of running) await context.attach();
    for (const context of running) await context.start();
    return running;
  } catch (error) {
    await stopAll(running);
    await means.backbone.close();
    throw error;
  }
}

async function stopAll(running: readonly RunningContext[]): Promise<void> {
  // Each as far as it goes: one that cannot stop must not keep the others' logs open.
  const results = await Promise.allSettled(running.map((context) => context.stop()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
