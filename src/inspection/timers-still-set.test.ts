import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogReader, WaitingQuery } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { BUSINESS_TIMERS, TIMERS, timerRow } from '../process/timer-row.ts';
import { timersStillSet } from './timers-still-set.ts';

test('a timer is set as long as its row waits, by the clock or by business time', async () => {
  const log = waitingFor([row('a', 10), row('b', 20, BUSINESS_TIMERS)]);

  const still = await timersStillSet(log, [set('a', 10), set('b', 20), set('gone', 15)]);

  assert.deepEqual([...still], ['a', 'b']);
});

test('a timer that is due later than all that are looked through is taken for set', async () => {
  const rows = Array.from({ length: 6_000 }, (_, count) => row(`${count}`, count));
  const log = waitingFor(rows);

  const still = await timersStillSet(log, [set('gone', 4_000), set('far', 5_900)]);

  assert.deepEqual([...still], ['far']);
});

function set(id: string, due: number) {
  return { id, due };
}

function row(id: string, due: number, subscription = TIMERS): WaitingRow {
  const caused = { causationId: 'c', traceparent: null, metadata: null };
  return timerRow(
    { kind: 'process', process: 'deadline', timer: 'Overdue', key: id, ...caused },
    { subscription, id, due, position: 1, correlationId: 'c', since: 0 },
  );
}

/** A log in which these wait, in the order in which they are due. */
function waitingFor(rows: readonly WaitingRow[]): Pick<LogReader, 'waiting'> {
  return {
    waiting: async ({ subscription, dueBefore = Infinity, limit }: WaitingQuery) =>
      rows
        .filter((each) => each.subscription === subscription && each.due < dueBefore)
        .slice(0, limit),
  };
}
