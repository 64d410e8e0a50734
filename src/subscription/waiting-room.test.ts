import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../host/fixtures/manual-clock.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { Circuit } from './circuit.ts';
import { RETRY_POLICY } from './retry-policy.ts';
import { WaitingRoom } from './waiting-room.ts';

const outage = Object.assign(new Error('gone'), { retryable: true });
const refusal = Object.assign(new Error('no'), { retryable: false });

test('only the first row of a key is tried, the others follow in order', async () => {
  const room = opened();
  room.add(row('a', 1));
  room.add({ ...row('a', 2), kind: 'held' });
  room.add({ ...row('a', 3), kind: 'held' });

  await room.clock.advance(1);

  assert.deepEqual(room.performed, ['a1', 'a2', 'a3']);
  assert.equal(room.isIdle, true);
});

test('a failing row is tried again with growing waits, then parked; its key waits, others pass', async () => {
  const room = opened({ perform: (row) => fail(row.key === 'bad', new Error('boom')) });
  room.add(row('bad', 1));
  room.add({ ...row('bad', 2), kind: 'held' });
  room.add(row('good', 3));

  await room.clock.advance(60_000);

  assert.equal(room.performed.filter((name) => name === 'bad1').length, RETRY_POLICY.attemptsMax);
  assert.equal(room.first('bad')?.kind, 'parked');
  assert.equal(room.first('bad')?.error?.message, 'boom');
  assert.equal(room.depth('bad'), 2);
  assert.equal(room.has('good'), false);
  assert.equal(room.isIdle, true);
});

test('an error that says no retry helps is parked at once', async () => {
  const room = opened({ perform: () => fail(true, refusal) });
  room.add(row('a', 1));

  await room.clock.advance(10);

  assert.deepEqual(room.performed, ['a1']);
  assert.equal(room.first('a')?.kind, 'parked');
});

test('refusals in a row over many keys are parked and open no circuit', async () => {
  const room = opened({ perform: () => fail(true, refusal) });
  for (let each = 0; each < 30; each += 1) room.add(row(`k${each}`, each));

  await room.clock.advance(1_000);

  assert.equal(room.circuit.isOpen, false);
  assert.equal(room.parked.length, 30);
});

test('ten failures in a row over different keys open the circuit, and nothing is parked', async () => {
  const room = opened({ perform: () => fail(true, new Error('boom')) });
  for (let each = 0; each < 12; each += 1) room.add(row(`k${each}`, each));

  await room.clock.advance(3_600_000);

  assert.equal(room.circuit.isOpen, true);
  assert.deepEqual(room.parked, []);
});

test('while the circuit is open one probe tries on, after 1, 2, 4 … 30 seconds', async () => {
  const room = opened({ perform: () => fail(true, new Error('boom')) });
  for (let each = 0; each < 10; each += 1) room.add(row(`k${each}`, each));
  await room.clock.advance(5);
  assert.equal(room.circuit.isOpen, true);
  room.performed.length = 0;

  const probes: number[] = [];
  for (let second = 1; second <= 100; second += 1) {
    await room.clock.advance(1_000);
    probes.push(room.performed.length);
  }

  assert.equal(probes[0], 1);
  assert.equal(probes[2], 2);
  assert.equal(probes[6], 3);
  assert.equal(probes[14], 4);
  assert.ok((probes[99] ?? 0) >= 6 && (probes[99] ?? 0) <= 8, `${probes[99]} probes in 100 s`);
});

test('a probe that succeeds closes the circuit, and all are tried at once', async () => {
  let isDown = true;
  const room = opened({ perform: () => fail(isDown, new Error('boom')) });
  for (let each = 0; each < 20; each += 1) room.add(row(`k${each}`, each));
  await room.clock.advance(10_000);
  assert.equal(room.circuit.isOpen, true);
  isDown = false;

  await room.clock.advance(30_000);

  assert.equal(room.circuit.isOpen, false);
  assert.equal(room.size, 0);
  assert.deepEqual(room.circuitChanges, ['open', 'closed']);
});

test('an outage of a single key opens the circuit instead of parking it', async () => {
  const room = opened({ perform: () => fail(true, outage) });
  room.add(row('a', 1));

  await room.clock.advance(3_600_000);

  assert.equal(room.circuit.isOpen, true);
  assert.deepEqual(room.parked, []);
});

test('an outage that others contradict is parked like any failure', async () => {
  const room = opened({ perform: (each) => fail(each.key === 'a', outage) });
  room.add(row('a', 1));

  for (let each = 0; each < 100; each += 1) {
    room.add({ ...row(`k${each}`, each), since: room.clock.now() });
    await room.clock.advance(1_000);
  }

  assert.equal(room.first('a')?.kind, 'parked');
});

test('a circuit with nothing left to probe closes: the last one was parked', async () => {
  let error: Error = outage;
  const room = opened({ perform: () => fail(true, error) });
  room.add(row('a', 1));
  await room.clock.advance(60_000);
  assert.equal(room.circuit.isOpen, true);
  error = refusal;

  await room.clock.advance(60_000);

  assert.equal(room.first('a')?.kind, 'parked');
  assert.equal(room.circuit.isOpen, false);
});

test('a circuit with nothing left to probe closes: the last one was taken out', async () => {
  const room = opened({ perform: () => fail(true, outage) });
  room.add(row('a', 1));
  await room.clock.advance(60_000);
  assert.equal(room.circuit.isOpen, true);

  room.removeFirst('a');

  assert.equal(room.circuit.isOpen, false);
});

test('a probe that answers "not yet" has reached the other side: the circuit closes', async () => {
  let answer: () => string = () => {
    throw outage;
  };
  const room = opened({ perform: () => answer() });
  room.add(row('a', 1));
  await room.clock.advance(60_000);
  assert.equal(room.circuit.isOpen, true);
  answer = () => 'no address';

  await room.clock.advance(60_000);

  assert.equal(room.circuit.isOpen, false);
});

test('"not yet" counts as no failure, and is parked after its time with what it waited for', async () => {
  const room = opened({ perform: () => 'no address' });
  room.add(row('a', 1));

  await room.clock.advance(86_000_000);
  assert.equal(room.first('a')?.attempts, 0);
  assert.equal(room.first('a')?.kind, 'retry');
  await room.clock.advance(1_000_000);

  assert.equal(room.first('a')?.kind, 'parked');
  assert.equal(room.first('a')?.error?.message, 'no address');
});

test('"not yet" is tried again soon after something moved, however long it has waited', async () => {
  let isThere = false;
  const room = opened({ perform: () => (isThere ? undefined : 'no address') });
  room.add(row('a', 1));
  await room.clock.advance(3_600_000);
  isThere = true;

  room.moved(new Set(['document addresses@1 a']));
  await room.clock.advance(1_100);

  assert.equal(room.has('a'), false);
});

test('what moves just after it was asked is not forgotten', async () => {
  let isThere = false;
  let asked = 0;
  const room = opened({
    perform: () => {
      asked += 1;
      return isThere ? undefined : 'no address';
    },
  });
  room.add(row('a', 1));
  await room.clock.advance(20_000);
  const before = asked;
  // As soon as it was asked again …
  while (asked === before) await room.clock.advance(10);
  isThere = true;
  room.moved(new Set(['document addresses@1 a']));

  await room.clock.advance(1_100);

  assert.equal(room.has('a'), false);
});

test('what moves while it is being asked is not forgotten', async () => {
  let isThere = false;
  let isSlow = false;
  const answer = Promise.withResolvers<string | undefined>();
  const room = opened({
    perform: () => (isThere ? undefined : isSlow ? answer.promise : 'no address'),
  });
  room.add(row('a', 1));
  await room.clock.advance(20_000);
  isSlow = true;
  await room.clock.advance(60_000);
  isThere = true;
  room.moved(new Set(['document addresses@1 a']));
  answer.resolve('no address');

  await room.clock.advance(1_100);

  assert.equal(room.has('a'), false);
});

test('of 1,000 that answered "not yet" only the one is asked again that looked at what moves', async () => {
  const room = opened({
    perform: () => 'no address',
    lookedAt: ({ key }) => [`document addresses@1 ${key}`],
  });
  for (let each = 0; each < 1_000; each += 1) room.add(row(`k${each}`, each));
  await room.clock.advance(120_000);
  await untilQuiet(room);
  room.performed.length = 0;

  room.moved(new Set(['document addresses@1 k500', 'document addresses@1 other', 'key other']));
  await room.clock.advance(1_000);
  assert.deepEqual(room.performed, ['k500500']);
  room.moved(new Set(['key k7', 'model addresses@1']));
  await room.clock.advance(1_000);
  assert.deepEqual(room.performed, ['k500500', 'k77']);
});

test('what answered "not yet" is asked again after a minute at most, whatever moves', async () => {
  const room = opened({ perform: () => 'no address', lookedAt: () => [] });
  for (let each = 0; each < 100; each += 1) room.add(row(`k${each}`, each));
  await room.clock.advance(3_600_000);
  room.performed.length = 0;

  await room.clock.advance(61_000);

  assert.equal(new Set(room.performed).size, 100);
});

test('a row that was held begins to wait for "not yet" when its turn comes', async () => {
  const room = opened({ perform: (each) => (each.recordId === 'a2' ? 'no address' : undefined) });
  room.add({ ...row('a', 1), kind: 'parked' });
  room.add({ ...row('a', 2), kind: 'held' });
  await room.clock.advance(200_000_000);

  room.removeFirst('a');
  await room.clock.advance(1_000);

  assert.equal(room.first('a')?.kind, 'retry');
});

test('at most as many keys as said are worked on side by side', async () => {
  let now = 0;
  let most = 0;
  const room = opened({
    concurrency: 4,
    async perform() {
      now += 1;
      most = Math.max(most, now);
      await room.clock.sleep(10);
      now -= 1;
      return undefined;
    },
  });
  for (let each = 0; each < 40; each += 1) room.add(row(`k${each}`, each));

  await room.clock.advance(1_000);

  assert.equal(most, 4);
  assert.equal(room.size, 0);
});

test('a stop waits for what is under way, and hands back what fails meanwhile', async () => {
  const started = Promise.withResolvers<void>();
  const end = Promise.withResolvers<undefined>();
  const room = opened({
    perform() {
      started.resolve();
      return end.promise;
    },
  });
  room.add(row('a', 1));
  await room.clock.advance(1);
  await started.promise;

  const stopping = room.stop();
  end.reject(new Error('aborted'));
  await stopping;

  assert.deepEqual(room.saved, []);
  assert.equal(room.first('a')?.recordId, 'a1');
});

test('a row whose failure cannot be kept harms nobody else', async () => {
  const room = opened({
    perform: () => fail(true, new Error('boom')),
    save: () => Promise.reject(new Error('fenced')),
  });
  room.add(row('a', 1));

  await room.clock.advance(10);

  // An unhandled rejection would have ended this test.
  assert.equal(room.has('a'), true);
});

test('a time further away than a timer can be set is waited for', async () => {
  const room = opened();
  room.add({ ...row('a', 1), due: room.clock.now() + 2 ** 40 });

  await room.clock.advance(1_000);

  assert.deepEqual(room.performed, []);
  assert.ok(room.longestTimer < 2 ** 31);
});

function fail(isFailing: boolean, error: Error): undefined {
  if (isFailing) throw error;
  return undefined;
}

/** Waits until nothing was asked for ten seconds. */
async function untilQuiet(room: ReturnType<typeof opened>): Promise<void> {
  for (let asked = -1; asked !== room.performed.length;) {
    asked = room.performed.length;
    await room.clock.advance(10_000);
  }
}

function row(key: string, position: number): WaitingRow {
  return {
    subscription: 'test',
    key,
    recordId: `${key}${position}`,
    kind: 'retry',
    position,
    slot: 0,
    due: 0,
    attempts: 0,
    error: null,
    correlationId: 'action',
    since: 1_700_000_000_000,
    payload: null,
  };
}

test('what is to be tried again soon is so when the clock is set back by an hour meanwhile', async () => {
  let isBroken = true;
  const room = opened({ perform: () => fail(isBroken, new Error('boom')) });
  room.add(row('a', 1));
  await room.clock.advance(10);
  isBroken = false;

  room.setBack(3_600_000);
  await room.clock.advance(120_000);

  assert.deepEqual(room.performed, ['a1', 'a1']);
  assert.equal(room.isIdle, true);
});

test('an open circuit goes on probing when the clock is set back by an hour', async () => {
  let isBroken = true;
  const room = opened({ perform: () => fail(isBroken, new Error('boom')) });
  for (let each = 0; each < 10; each += 1) room.add(row(`k${each}`, each));
  await room.clock.advance(5);
  assert.equal(room.circuit.isOpen, true);
  isBroken = false;

  room.setBack(3_600_000);
  await room.clock.advance(120_000);

  assert.equal(room.circuit.isOpen, false);
  assert.equal(room.isIdle, true);
});

test('an outage is still told from a bad record after the clock was set back', async () => {
  let isDown = false;
  const room = opened({ perform: ({ key }) => fail(isDown && key !== 'good', outage) });
  room.add(row('good', 1));
  await room.clock.advance(1);
  isDown = true;

  room.setBack(3_600_000);
  room.add({ ...row('a', 2), since: room.now() });
  await room.clock.advance(300_000);

  assert.deepEqual(room.parked, []);
  assert.equal(room.circuit.isOpen, true);
});

test('what was put off by a clock that ran far ahead is tried soon after a restart', async () => {
  const room = opened();
  const ahead = room.now() + 365 * 86_400_000;

  room.start([{ ...row('a', 1), attempts: 1, due: ahead }]);
  await room.clock.advance(120_000);

  assert.deepEqual(room.performed, ['a1']);
});

function opened(
  options: {
    perform?: (row: WaitingRow) => Promise<string | undefined> | string | undefined;
    /** What is looked at before it answers `notYet`; by default the address of a. */
    lookedAt?: (row: WaitingRow) => readonly string[];
    save?: (row: WaitingRow) => Promise<void>;
    concurrency?: number;
  } = {},
) {
  const clock = manualClock();
  let backMs = 0;
  const circuit = new Circuit();
  const notes = {
    clock,
    /** Sets the wall clock back, as somebody does who corrects it. */
    setBack: (ms: number) => void (backMs += ms),
    now: () => clock.now() - backMs,
    circuit,
    performed: [] as string[],
    saved: [] as WaitingRow[],
    parked: [] as WaitingRow[],
    circuitChanges: [] as string[],
    longestTimer: 0,
  };
  const room = new WaitingRoom({
    clock: {
      ...clock,
      now: () => clock.now() - backMs,
      after(delayMs, then) {
        notes.longestTimer = Math.max(notes.longestTimer, delayMs);
        return clock.after(delayMs, then);
      },
    },
    randomness: { uint32: () => 0 },
    retry: RETRY_POLICY,
    circuit,
    concurrency: options.concurrency ?? 16,
    notYetMs: 86_400_000,
    async perform(each) {
      notes.performed.push(each.recordId);
      const reason = await options.perform?.(each);
      if (reason === undefined) return undefined;
      const lookedAt = options.lookedAt?.(each) ?? ['document addresses@1 a'];
      return { kind: 'not-yet', reason, lookedAt };
    },
    async save(each) {
      await options.save?.(each);
      notes.saved.push(each);
      if (each.kind === 'parked') notes.parked.push(each);
    },
    onCircuit(state) {
      notes.circuitChanges.push(state);
      if (state === 'closed') room.tryAll();
    },
    onChange: () => undefined,
  });
  room.start([]);
  return Object.assign(room, notes);
}
