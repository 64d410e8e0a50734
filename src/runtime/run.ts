import { embedded } from '../backbone/log-to-log.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import { systemHost } from '../host/host.ts';
import { stayAlive } from '../host/stay-alive.ts';
import { BusinessTime } from '../process/time-source.ts';
import type { Dependencies } from '../reaction/tools.ts';
import { describeError } from '../subscription/failure.ts';
import { tellRunning } from '../telemetry/application-channel.ts';
import { type LogLine, type Logger, jsonLines } from '../telemetry/logger.ts';
import { shortLines } from '../telemetry/short-lines.ts';
import { LogInUseError } from '../log/log-in-use.ts';
import { Activity } from './activity.ts';
import { Application } from './application.ts';
import { ConfigurationError, assertConfiguration } from './configuration.ts';
import { listenersTo, publishersOf } from './context-map.ts';
import { ParkedNotes } from './parked-notes.ts';
import { publishedHere } from './published-here.ts';
import { RequestDesk } from './request-desk.ts';
import { type Means, RunningContext } from './running-context.ts';
import type { RunOptions } from './run-options.ts';

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
  assertConfiguration(contexts, options);
  const host = systemHost(options.host);
  const activity = new Activity();
  const parked = new ParkedNotes();
  const logger = shortLines(
    options.logger ?? jsonLines((line) => process.stderr.write(line), 'warn'),
  );
  const backbone = options.backbone ?? embedded();
  const businessTime = new BusinessTime(host.clock, options.businessTime ?? 'clock');
  const means: Means = {
    contexts,
    store: options.store,
    backbone,
    host,
    logger,
    activity,
    businessTime,
    // Whether some are needed, only the application knows, which extends `Dependencies`.
    dependencies: options.dependencies ?? ({} as Dependencies),
    charactersMax: options.payloadCharactersMax,
    callsUnderWayMax: options.callsUnderWayMax,
    dedupeWindowMs: options.dedupeWindowMs,
    oldReadModelsKeptMs: options.oldReadModelsKeptMs,
    onParked(context, row) {
      parked.add({ ...row, context });
      callHook(logger, context, () => options.onParked?.({ ...row, context }));
    },
    onStalled: (context, subscription, why) =>
      callHook(logger, context, () => options.onStalled?.({ context, subscription, why })),
  };
  const chosen = contexts.filter((context) => options.only?.includes(context.name) ?? true);
  const letGo = (options.host?.stayAlive ?? stayAlive)();
  const running = await start(chosen, means).catch((error: unknown) => {
    letGo();
    throw error;
  });
  const desks = running.map((context) => new RequestDesk(context));
  for (const desk of desks) desk.start();
  tellRunning({ contexts: running.map(({ name }) => name), store: options.store.name });
  const end = async (): Promise<void> => {
    try {
      await Promise.all(desks.map((desk) => desk.stop()));
      await stopAll(running);
      await backbone.close();
      for (const { name } of running) logger.log(lineOf('stopped', name));
    } finally {
      letGo();
    }
  };
  const { clock } = host;
  const config = { contexts, ...options };
  return new Application({ contexts: running, activity, clock, businessTime, parked, config, end });
}

function lineOf(event: 'started' | 'stopped', context: string): LogLine {
  return { level: 'info', event, context };
}

/** A hook that throws is told, and does not become a fault of what it was told of. */
function callHook(logger: Logger, context: string, hook: () => void): void {
  try {
    hook();
  } catch (error) {
    const { code, message } = describeError(error);
    logger.log({
      level: 'error',
      event: 'trouble',
      context,
      about: 'a hook given to run',
      code,
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
    await prepareAll(contexts, means, running);
    await means.backbone.start({
      clock: means.host.clock,
      published(name) {
        const here = running.find((candidate) => candidate.name === name);
        return here === undefined ? means.store.published(name) : publishedHere(here, means.store);
      },
      publishers: publishersOf(means.contexts),
      listeners: (source) => listenersTo(source, means.contexts),
    });
    for (const context of running) await context.listen();
    for (const context of running) await context.attach();
    for (const context of running) await context.start();
    for (const { name } of running) means.logger.log(lineOf('started', name));
    return running;
  } catch (error) {
    await stopAll(running);
    await means.backbone.close();
    throw error;
  }
}

/** Opens every log that can be opened, so that one error names all that is in the way. */
async function prepareAll(
  contexts: readonly BoundedContext[],
  means: Means,
  running: RunningContext[],
): Promise<void> {
  const problems: string[] = [];
  const failures: { readonly name: string; readonly error: unknown }[] = [];
  for (const context of contexts) {
    try {
      const prepared = await RunningContext.prepare(context, means);
      running.push(prepared.running);
      for (const problem of prepared.problems) problems.push(`in "${context.name}": ${problem}`);
    } catch (error) {
      failures.push({ name: context.name, error });
    }
  }
  const errors = failures.map(({ error }) => error);
  const reasons = Map.groupBy(failures, ({ error }) => describeError(error).message);
  // An application that was started twice meets itself in each of its logs: that is one reason, as a
  // server is that cannot be reached.
  const isInUse = errors.every((error) => error instanceof LogInUseError);
  const isOneReason = problems.length === 0 && (isInUse || reasons.size === 1);
  if (errors.length > 0 && isOneReason) throw errors[0];
  for (const [message, of] of reasons)
    problems.push(`${of.map(({ name }) => `"${name}"`).join(', ')} cannot be opened: ${message}`);
  if (problems.length > 0) throw new ConfigurationError(problems, errors);
}

async function stopAll(running: readonly RunningContext[]): Promise<void> {
  // Each as far as it goes: one that cannot stop must not keep the others' logs open.
  const results = await Promise.allSettled(running.map((context) => context.stop()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
