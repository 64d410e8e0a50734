import type { Log, LogReader } from '../log/log.ts';
import type { PublishedLog, Store } from '../log/store.ts';

/** Makes a call of a port, or does something else. `name` is as `ordering.commit`. */
export type Around = <T>(call: {
  readonly context: string;
  readonly name: string;
  readonly make: () => Promise<T>;
}) => Promise<T>;

/** A store all of whose calls, and those of what it opens, go through `around`. */
export function aroundStore(store: Store, around: Around): Store {
  return {
    name: store.name,
    async open(context) {
      const open = () => store.open(context);
      return aroundLog(await around({ context, name: `${context}.open`, make: open }), around);
    },
    async reader(context) {
      const open = () => store.reader(context);
      const reader = await around({ context, name: `${context}.openReader`, make: open });
      return aroundPort(reader, READER_CALLS, { context, prefix: `${context}.reader`, around });
    },
    async published(context) {
      const open = () => store.published(context);
      const view = await around({ context, name: `${context}.openPublished`, make: open });
      return aroundPort(view, PUBLISHED_CALLS, { context, prefix: `${context}.published`, around });
    },
  };
}

/** A log all of whose calls go through `around`. `onChange` is no call to the store. */
export function aroundLog(log: Log, around: Around): Log {
  const { context } = log;
  return aroundPort(log, LOG_CALLS, { context, prefix: context, around });
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

function aroundPort<Port extends object>(
  port: Port,
  calls: CallsOf<Port>,
  options: { readonly context: string; readonly prefix: string; readonly around: Around },
): Port {
  const { context, prefix, around } = options;
  // What is not listed (context, epoch, onChange) comes from the port itself.
  const wrapped = Object.create(port) as Record<string, AnyCall>;
  for (const name of Object.keys(calls)) {
    const call = port[name as keyof Port] as AnyCall | undefined;
    if (call === undefined) continue;
    wrapped[name] = (...given) =>
      around({ context, name: `${prefix}.${name}`, make: () => call.apply(port, given) });
  }
  return wrapped as Port;
}
