import { type Log, LogClosedError, type LogReader } from '../log/log.ts';
import type { PublishedLog, Store } from '../log/store.ts';
import type { Faults } from './faults.ts';

/**
 * A log of which one call fails, as `faults` says. Its calls are counted as `ordering.commit`;
 * `onChange` is no call to the store and never fails.
 *
 * @example
 * const faults = new Faults({ call: 'ordering.commit', nth: 3, kind: 'answer-lost' });
 * const log = faultyLog(await store.open('ordering'), faults);
 */
export function faultyLog(log: Log, faults: Faults): Log {
  const { context } = log;
  return withFaults(log, LOG_CALLS, { faults, context, prefix: context });
}

/**
 * A store whose logs, readers (`ordering.reader.head`) and views (`ordering.published.read`) fail.
 *
 * @example
 * const faults = new Faults({ call: 'billing.published.read', nth: 1, kind: 'before' });
 * const app = await run([ordering, billing], { store: faultyStore(store, faults) });
 */
export function faultyStore(store: Store, faults: Faults): Store {
  const surroundings = (context: string, prefix: string) => ({ faults, context, prefix });
  const opening = <T>(context: string, what: string, open: () => Promise<T>): Promise<T> =>
    faults.run(`${context}.${what}`, open, () => new LogClosedError(context));
  return {
    name: store.name,
    async open(context) {
      const log = await opening(context, 'open', () => store.open(context));
      return faultyLog(log, faults);
    },
    async reader(context) {
      const reader = await opening(context, 'openReader', () => store.reader(context));
      return withFaults(reader, READER_CALLS, surroundings(context, `${context}.reader`));
    },
    async published(context) {
      const view = await opening(context, 'openPublished', () => store.published(context));
      return withFaults(view, PUBLISHED_CALLS, surroundings(context, `${context}.published`));
    },
  };
}

// Records and no lists: a new call of a port that is missing here does not compile.
const READER_CALLS: CallsOf<LogReader> = {
  head: true,
  read: true,
  readStream: true,
  streamVersion: true,
  recordsById: true,
  recordsOfAction: true,
  snapshot: true,
  command: true,
  checkpoints: true,
  marks: true,
  received: true,
  floor: true,
  waiting: true,
  waitingCounts: true,
  operations: true,
  document: true,
  documents: true,
  findDocuments: true,
  countDocuments: true,
  models: true,
  close: true,
};

const LOG_CALLS: CallsOf<Log> = {
  ...READER_CALLS,
  commit: true,
  transaction: true,
  claim: true,
  defineModel: true,
  dropModel: true,
  replaceModel: true,
  forget: true,
};

const PUBLISHED_CALLS: CallsOf<PublishedLog> = {
  epoch: true,
  predecessors: true,
  head: true,
  read: true,
  close: true,
};

/** What a port does asynchronously, by name. */
type CallsOf<Port> = {
  readonly [
    Name in keyof Port as NonNullable<Port[Name]> extends (...given: never[]) => Promise<unknown>
      ? Name
      : never
  ]-?: true;
};

type AnyCall = (...given: unknown[]) => Promise<unknown>;

function withFaults<Port extends object>(
  port: Port,
  calls: CallsOf<Port>,
  options: { readonly faults: Faults; readonly context: string; readonly prefix: string },
): Port {
  const { faults, context, prefix } = options;
  // What is not listed (context, epoch, onChange) comes from the port itself.
  const faulty = Object.create(port) as Record<string, AnyCall>;
  for (const name of Object.keys(calls)) {
    const call = port[name as keyof Port] as AnyCall | undefined;
    if (call === undefined) continue;
    faulty[name] = (...given) =>
      faults.run(
        `${prefix}.${name}`,
        () => call.apply(port, given),
        () => new LogClosedError(context),
      );
  }
  return faulty as Port;
}
