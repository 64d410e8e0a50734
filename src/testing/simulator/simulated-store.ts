import type { MemoryStore } from '../../adapters/memory/memory-store.ts';
import type { Exclusive, Log, LogReader } from '../../log/log.ts';
import type { PublishedLog, Store } from '../../log/store.ts';
import type { Held, Outcome, WriteSet } from '../../log/write-set.ts';
import { LOG_CALLS, PUBLISHED_CALLS, READER_CALLS } from '../port-calls.ts';
import { CALL_RATES, COMMIT_RATES, CRASH_RATES } from './faults/calls.ts';
import { partitionedFrom } from './faults/partition.ts';
import { SimulatedFaultError } from './faults/simulated-fault.ts';
import type { Life } from './life.ts';
import { callPort } from './port.ts';
import type { World } from './world.ts';

/** The store as one process sees it: each of its calls is a call of a port. */
export function simulatedStore(world: World, life: Life, store: MemoryStore): Store {
  return {
    name: store.name,
    async open(context) {
      const open = () => store.open(context);
      const log = await opening(world, life, `${context}.open`, open);
      return simulatedLog(world, life, log);
    },
    async reader(context) {
      const open = () => store.reader(context);
      const reader = await opening(world, life, `${context}.openReader`, open);
      return wrapped(world, { life, port: reader, calls: READER_CALLS, name: context });
    },
    async published(context) {
      const open = () => store.published(context);
      const view = await opening(world, life, `${context}.openPublished`, open);
      const name = `${context}.published`;
      return wrapped(world, { life, port: view, calls: PUBLISHED_CALLS, name, from: context });
    },
    // By who asks something of the running system from outside: it is no part of the process.
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
  };
}

function simulatedLog(world: World, life: Life, log: Log): Log {
  const { context } = log;
  const port = wrapped(world, { life, port: log, calls: LOG_CALLS, name: context });
  const commitPlace = world.faults.place(`${context}.commit`);
  const transactPlace = world.faults.place(`${context}.transaction`);
  const change = <T>(place: typeof commitPlace, perform: () => Promise<T>): Promise<T> =>
    callPort(world, {
      life,
      place,
      rates: COMMIT_RATES,
      isChange: true,
      perform,
      failure: (strike) => new SimulatedFaultError(strike),
    });
  port.commit = (writeSets) =>
    change(commitPlace, async () => {
      const outcomes = await log.commit(writeSets);
      world.committed(life, context, writeSets, outcomes);
      return outcomes;
    });
  port.transaction = <T>(work: (database: unknown) => Promise<Exclusive<T>>) =>
    change(transactPlace, async () => {
      let asked: WriteSet = {};
      const done = await log.transaction(async (database) => {
        const exclusive = await work(database);
        asked = exclusive.writeSet;
        return exclusive;
      });
      world.committed(life, context, [asked], [done.outcome]);
      return done;
    });
  return port;
}

function opening<T>(world: World, life: Life, name: string, perform: () => Promise<T>): Promise<T> {
  return callPort(world, {
    life,
    place: world.faults.place(name),
    rates: CRASH_RATES,
    isChange: true,
    perform,
    failure: (strike) => new SimulatedFaultError(strike),
  });
}

const CHANGES: ReadonlySet<string> = new Set([
  'claim',
  'defineModel',
  'dropModel',
  'replaceModel',
  'forget',
  'close',
]);

type AnyCall = (...given: unknown[]) => Promise<unknown>;
/** A port whose methods may be replaced. */
type Open<Port> = { -readonly [Name in keyof Port]: Port[Name] };

function wrapped<Port extends Log | LogReader | PublishedLog>(
  world: World,
  options: {
    readonly life: Life;
    readonly port: Port;
    readonly calls: Readonly<Record<string, true>>;
    readonly name: string;
    /** It is another context's: it can be cut off from it. */
    readonly from?: string;
  },
): Open<Port> {
  const { life, port, calls, name, from } = options;
  const simulated = Object.create(port) as Record<string, unknown>;
  for (const method of Object.keys(calls)) {
    const call = (port as unknown as Record<string, AnyCall | undefined>)[method];
    if (call === undefined) continue;
    const place = world.faults.place(`${name}.${method}`);
    simulated[method] = (...given: unknown[]) =>
      callPort(world, {
        life,
        place,
        // A log that could not be closed would keep its owner for ever, and nobody would know.
        rates: method === 'close' ? CRASH_RATES : CALL_RATES,
        isChange: CHANGES.has(method),
        perform: () => {
          if (from !== undefined && method !== 'close') partitionedFrom(world, life, from);
          return call.apply(port, given);
        },
        failure: (strike) => new SimulatedFaultError(strike),
      });
  }
  simulated['onChange'] = (listener: (by: 'own' | 'foreign') => void) =>
    port.onChange((by: 'own' | 'foreign' = 'foreign') => {
      if (!life.isGone) listener(by);
    });
  return simulated as Open<Port>;
}

export type Committed = (
  life: Life,
  context: string,
  writeSets: readonly WriteSet[],
  outcomes: readonly (Outcome | Held)[],
) => void;
