import assert from 'node:assert/strict';
import test from 'node:test';
import { systemClock } from '../host/clock.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { Circuit } from './circuit.ts';
import { RETRY_POLICY } from './retry-policy.ts';
import { WaitingRoom } from './waiting-room.ts';

test('the rows of a key are done one after the other, and each in its turn', async () => {
  const room = roomWhere(async () => undefined);

  for (const position of [1, 2, 3]) room.add(row({ position }));
  await emptied(room);

  assert.deepEqual(done, [1, 2, 3]);
});

test('a key that fails does not hold back another', async () => {
  const room = roomWhere(async ({ key }) => {
    if (key === 'bad') throw new Error('no');
  });

  room.add(row({ position: 1, key: 'bad' }));
  room.add(row({ position: 2, key: 'bad' }));
  room.add(row({ position: 3, key: 'good' }));
  while (room.has('good')) await systemClock().turn();

  assert.deepEqual(done, [3]);
  assert.equal(room.depth('bad'), 2);
});

test('while everything fails one probe is tried at a time, with a pause between', async () => {
  let tries = 0;
  const room = roomWhere(async () => {
    tries += 1;
    throw new Error('down');
  });

  for (let position = 1; position <= 100; position += 1)
    room.add(row({ position, key: `key-${position}` }));
  await systemClock().sleep(200);

  // As many as may run side by side had begun before the tenth failure was known.
  assert.ok(tries >= 10 && tries <= 10 + 16, `${tries} tries`);
});

let done: number[] = [];

function roomWhere(perform: (row: WaitingRow) => Promise<void>): WaitingRoom {
  done = [];
  const room = new WaitingRoom({
    clock: systemClock(),
    randomness: { uint32: () => 0 },
    retry: RETRY_POLICY,
    circuit: new Circuit(),
    concurrency: 16,
    notYetMs: 60_000,
    async perform(waiting) {
      await perform(waiting);
      done.push(waiting.position);
      return undefined;
    },
    save: async () => undefined,
    onCircuit: () => undefined,
    onChange: () => undefined,
  });
  room.start([]);
  return room;
}

function row(of: Partial<WaitingRow>): WaitingRow {
  return {
    subscription: 'sub',
    key: 'key',
    recordId: `record-${of.position}`,
    kind: 'effect',
    position: 0,
    slot: 0,
    due: 0,
    attempts: 0,
    error: null,
    correlationId: 'action',
    since: 0,
    payload: null,
    ...of,
  };
}

async function emptied(room: WaitingRoom): Promise<void> {
  for (let turns = 0; room.size > 0 && turns < 1_000; turns += 1) await systemClock().turn();
}
