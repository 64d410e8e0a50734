/**
 * Where structured log lines go: one line for everything that moved or went wrong, as data. What
 * a line is turned into (JSON on standard output, a logging library, nothing) is the application's
 * choice. A logger never throws and never waits.
 *
 * @example
 * const logger: Logger = { log: ({ event, context }) => console.log(`${event} in ${context}`) };
 */
export interface Logger {
  log(line: LogLine): void;
}

/**
 * One line. Beside the fields named here it carries the facts of its event, such as `id`, `type`,
 * `key`, `source`, `correlationId`; never the data of a message. `docs/log-lines.md` names them all.
 * What `run` writes has no text longer than 1,000 characters.
 *
 * @example
 * const isForAPerson = (line: LogLine) => line.level === 'error' || line.event === 'parked';
 */
export interface LogLine {
  readonly level: LogLevel;
  readonly event: LogEvent;
  /** The bounded context that it is about. */
  readonly context: string;
  readonly [field: string]: LogValue;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * - published: an integration event was committed to the publisher's log.
 * - relayed: the backbone has confirmed it.
 * - listening: a context listens to contracts for the first time; what becomes of their past.
 * - taken-in: it was committed to a consumer's log.
 * - duplicate: it came again, and was left out.
 * - retry: handling it failed, it will be tried again.
 * - parked: it waits for a person. held: it waits behind a parked one of its key.
 * - paused, resumed: a subscription or an effect stopped trying, and goes on: by itself (its
 *   circuit opened and closed), or by a person (`who`, `why`).
 * - redriven, discarded: a person had parked records tried again, or gave them up.
 * - imported: messages that a person has brought were taken in, or were there already.
 * - rebuilding, rebuilt, rebuild-failed: a read model is built anew.
 * - trouble, recovered: the store or the backbone could not be reached, and can be again.
 * - dropped: a version of a read model that was not declared any more is gone.
 * - records-dropped: messages are gone that were not to be kept any more; records-kept: they are old
 *   enough to go, and somebody still needs them.
 * - past-missing: somebody begins at the beginning, and messages of it have been dropped.
 * - timer-ignored: a timer fired for a process that had ended, or had moved it meanwhile (debug);
 *   or no process manager knows it any more (warn).
 * - timer-fired, timer-cancelled: a person let a timer fire before its time, or took it away.
 * - started, stopped: a context.
 */
export type LogEvent =
  | 'published'
  | 'relayed'
  | 'listening'
  | 'taken-in'
  | 'duplicate'
  | 'retry'
  | 'parked'
  | 'held'
  | 'paused'
  | 'resumed'
  | 'redriven'
  | 'discarded'
  | 'imported'
  | 'rebuilding'
  | 'rebuilt'
  | 'rebuild-failed'
  | 'trouble'
  | 'recovered'
  | 'dropped'
  | 'records-dropped'
  | 'records-kept'
  | 'past-missing'
  | 'timer-ignored'
  | 'timer-fired'
  | 'timer-cancelled'
  | 'started'
  | 'stopped';

export type LogValue = string | number | boolean | null | undefined;

/**
 * A logger that says nothing.
 *
 * @example
 * const quietApp = await run([ordering, billing], { store, logger: silent });
 */
export const silent: Logger = { log: () => undefined };

/**
 * A logger that writes each line as one line of JSON.
 *
 * @example
 * const logger = jsonLines((line) => process.stderr.write(line), 'warn');
 */
export function jsonLines(write: (line: string) => void, level: LogLevel = 'info'): Logger {
  const least = LEVELS.indexOf(level);
  return {
    log(line) {
      if (LEVELS.indexOf(line.level) >= least) write(`${JSON.stringify(line)}\n`);
    },
  };
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
