import type { PostgresServer } from '../../scripts/services/postgres.ts';
import type { NewRecord } from '../../src/log/record.ts';
import { stampRecords } from '../stamp-records.ts';
import { secondsFor } from '../stopwatch.ts';
import { inDatabase } from './measured-server.ts';

/**
 * Somebody who appends events: we, somebody by hand, or another event store. To see one more beside
 * the others, write such an object and name it in `append.ts`.
 */
export interface AppendContender {
  readonly name: string;
  /** So many calls are under way at once. */
  readonly callers: number;
  /** So many events are handed over by each call. */
  readonly eventsAtOnce: number;
  /** Makes its tables in an empty database, and its connections. */
  open(url: string): Promise<Appending>;
}

export interface Appending {
  /**
   * Resolves when the events are on the disk. Each caller has a stream of its own, which the events
   * name with their versions, unless one call brings many: then they are of many streams.
   */
  append(events: readonly NewRecord[], caller: number): Promise<unknown>;
  close(): Promise<void>;
}

/** Calls of each caller before the clock runs, so that statements are prepared and code is warm. */
const WARM_UP = 20;
/** The streams that events are of where one call brings many. */
const STREAMS = 1_000;

/** How many events a second somebody appends, in a database of its own. */
export function appendRate(
  server: PostgresServer,
  contender: AppendContender,
  count: number,
): Promise<number> {
  return inDatabase(server, async (url) => {
    const appending = await contender.open(url);
    try {
      return await measure(server, { appending, contender, count });
    } finally {
      await appending.close();
    }
  });
}

async function measure(
  server: PostgresServer,
  given: { appending: Appending; contender: AppendContender; count: number },
): Promise<number> {
  const { appending, contender, count } = given;
  const { callers, eventsAtOnce } = contender;
  const rounds = Math.ceil(count / (callers * eventsAtOnce));
  const calls = callsOf(contender, rounds + WARM_UP);
  const callAll = (from: number, to: number): Promise<unknown> =>
    Promise.all(
      calls.map(async (own, caller) => {
        for (let round = from; round < to; round += 1)
          await appending.append(own[round] ?? [], caller);
      }),
    );
  await callAll(0, WARM_UP);
  // What was written before is not to be flushed during somebody else's turn.
  await server.query('checkpoint');
  const seconds = await secondsFor(() => callAll(WARM_UP, WARM_UP + rounds));
  return (rounds * callers * eventsAtOnce) / seconds;
}

/** For each caller what it hands over, call by call. */
function callsOf({ callers, eventsAtOnce }: AppendContender, rounds: number): NewRecord[][][] {
  const tickets = eventsAtOnce === 1 ? callers : STREAMS;
  const count = rounds * callers * eventsAtOnce;
  const records = [...stampRecords({ tickets, events: 1, count })].flat();
  const calls: NewRecord[][][] = Array.from({ length: callers }, () => []);
  for (let call = 0; call < rounds * callers; call += 1) {
    const first = call * eventsAtOnce;
    calls[call % callers]?.push(records.slice(first, first + eventsAtOnce));
  }
  return calls;
}
