import { changePartitions } from './changing-partitions.ts';
import type { Ask } from './database.ts';
import {
  closeRest,
  layoutOf,
  type Layout,
  makePartition,
  type Partitioned,
  restOf,
} from './partitions.ts';
import { literal } from './schema.ts';
import type { Server } from './server.ts';

/** A rest of so many bytes is looked through while others wait; that takes some 20 ms. */
const BYTES_AT_ONCE = 16 * 1_024 * 1_024;
/** A larger one is to end so many positions ahead, at least. */
const POSITIONS_AHEAD = 4_000_000;

/**
 * Makes the next partition: an empty one, or the rest with all that lies in it.
 *
 * PostgreSQL looks through a rest before it becomes a partition, and nobody may write meanwhile: a
 * second for each half of a gigabyte. Where retention begins on a log that has grown large, that is
 * avoided: a constraint first says where the rest ends, then its rows are held against it while
 * everybody goes on, and then there is nothing more to look at. Meanwhile nothing can be written
 * behind that end, so it lies far ahead; who finds it left behind by a process that was killed goes
 * on with it, or takes it back when positions come near it.
 */
export async function makeNext(server: Server, of: Partitioned, width: number): Promise<boolean> {
  const layout = await layoutOf(server.ask, of);
  const isSmall = layout.isRestEmpty || layout.restBytes <= BYTES_AT_ONCE;
  if (isSmall && layout.restEnd === undefined) return makeAtOnce(server, of, width);
  return closeLarge(server, of, layout, width);
}

async function makeAtOnce(server: Server, of: Partitioned, width: number): Promise<boolean> {
  const isMade = await changePartitions(server, of, async (ask) => {
    const { drawn, ranges, isRestEmpty } = await layoutOf(ask, of);
    const from = ranges.at(-1)?.to ?? -Infinity;
    const to = from <= drawn ? nextMultiple(drawn, width) : from + width;
    await (isRestEmpty ? makePartition : closeRest)(ask, of, { from, to });
    return true;
  });
  return isMade ?? false;
}

async function closeLarge(
  server: Server,
  of: Partitioned,
  { restEnd, drawn, ranges }: Layout,
  width: number,
): Promise<boolean> {
  if (restEnd !== undefined && restEnd - drawn < POSITIONS_AHEAD / 2) {
    await changePartitions(server, of, (ask) => takeBack(ask, of, restEnd));
    return true;
  }
  const from = ranges.at(-1)?.to ?? -Infinity;
  const to = restEnd ?? nextMultiple(drawn + POSITIONS_AHEAD, width);
  if (restEnd === undefined) {
    const isSaid = await changePartitions(server, of, (ask) => sayEnd(ask, of, { from, to }));
    if (isSaid === undefined) return false;
  }
  await server.ask(`alter table ${restOf(of)} validate constraint ${nameOf(to)}`);
  const isClosed = await changePartitions(server, of, async (ask) => {
    // Somebody else may have done it meanwhile.
    if ((await layoutOf(ask, of)).restEnd !== to) return true;
    await closeRest(ask, of, { from, to }, nameOf(to));
    return true;
  });
  return isClosed ?? false;
}

async function sayEnd(
  ask: Ask,
  of: Partitioned,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<true> {
  const begin = from === -Infinity ? '' : `and position >= ${from} `;
  await ask(`alter table ${restOf(of)} add constraint ${nameOf(to)}
    check (direction = ${literal(of.direction)} ${begin}and position < ${to}) not valid`);
  return true;
}

async function takeBack(ask: Ask, of: Partitioned, end: number): Promise<true> {
  await ask(`alter table ${restOf(of)} drop constraint if exists ${nameOf(end)}`);
  return true;
}

/** As `layoutOf` finds it. */
function nameOf(end: number): string {
  return `ends_at_${end}`;
}

function nextMultiple(position: number, of: number): number {
  return (Math.floor(position / of) + 1) * of;
}
