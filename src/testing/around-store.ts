import type { Log } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import { type CallsOf, LOG_CALLS, PUBLISHED_CALLS, READER_CALLS } from './port-calls.ts';

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
    leaveRequests(context, requests) {
      const make = () => store.leaveRequests(context, requests);
      return around({ context, name: `${context}.leaveRequests`, make });
    },
  };
}

/** A log all of whose calls go through `around`. `onChange` is no call to the store. */
export function aroundLog(log: Log, around: Around): Log {
  const { context } = log;
  return aroundPort(log, LOG_CALLS, { context, prefix: context, around });
}

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
