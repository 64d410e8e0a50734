import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { type Host, systemHost } from '../host/host.ts';
import { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { LogLine } from '../telemetry/logger.ts';
import { type FaultKind, Faults } from '../testing/faults.ts';
import { faultyLog } from '../testing/faulty-log.ts';
import {
  BackboneUnavailableError,
  type Envelope,
  MessageNotCarriedError,
  type Outlet,
} from './backbone.ts';
import { message, outgoing, relayOf, until } from './fixtures/ends.ts';
import type { Relay } from './relay.ts';

/** A backbone that does not carry some messages, and cannot be reached at times. */
class PickyOutlet implements Outlet {
  readonly handed: Envelope[] = [];
  readonly tooLarge = new Set<string>();
  isAway = false;

  async publish(batch: readonly Envelope[]): Promise<void> {
    const stopped = new Set<string>();
    let refused: string | undefined;
    for (const envelope of batch) {
      if (this.isAway) throw new BackboneUnavailableError('test', new Error('away'));
      if (this.tooLarge.has(envelope.id)) {
        stopped.add(envelope.key);
        refused ??= envelope.id;
      } else if (!stopped.has(envelope.key)) this.handed.push(envelope);
    }
    if (refused !== undefined) throw new MessageNotCarriedError('test', refused, 'Too large.');
  }

  /** Of one key, in the order in which they came first. */
  of(key: string): string[] {
    return [...new Set(this.handed.filter((each) => each.key === key).map(({ id }) => id))];
  }

  async close(): Promise<void> {}
}

async function given() {
  const store = memory();
  const log = await store.open('ordering');
  const host = systemHost();
  const committer = new Committer(log, host.clock);
  const outlet = new PickyOutlet();
  const lines: LogLine[] = [];
  const parked: WaitingRow[] = [];
  const onParked = (row: WaitingRow) => void parked.push(row);
  const relay = async (): Promise<Relay> => {
    const made = relayOf({ log, outlet, host, committer, lines, onParked });
    await made.start();
    return made;
  };
  const publish = (...envelopes: readonly Envelope[]) =>
    committer.commit({ records: envelopes.map((envelope) => outgoing(envelope)) });
  return { store, log, host, committer, outlet, relay, publish, lines, parked };
}

/** Two of one key, of which the first is too large, and one of another. */
function oneTooLarge(outlet: PickyOutlet): readonly [Envelope, Envelope, Envelope] {
  const all = [message({ key: 'a' }), message({ key: 'a' }), message({ key: 'b' })] as const;
  outlet.tooLarge.add(all[0].id);
  return all;
}

const idle = (relay: Relay) => until('idle', () => relay.isIdle());

async function waiting(log: Log): Promise<string[]> {
  const rows = await log.waiting({ subscription: 'relay', limit: 1_000 });
  return rows.map(({ kind, recordId, error }) => `${kind} ${recordId} ${error?.code ?? '-'}`);
}

async function parkedIn(log: Log): Promise<WaitingRow> {
  const [row] = await log.waiting({ subscription: 'relay', kinds: ['parked'], limit: 1 });
  assert.ok(row);
  return row;
}

async function decide(
  relay: Relay,
  to: 'retry' | 'gone',
  { log, host }: { readonly log: Log; readonly host: Host },
): Promise<boolean> {
  const operation = {
    id: host.ids.next(),
    at: host.clock.now(),
    who: 'ann',
    action: to,
    why: 'mended',
    detail: '{}',
  };
  return relay.decide(await parkedIn(log), { to, operation });
}

test('what the backbone never carries is parked and holds back its key; the others go', async () => {
  const { log, outlet, relay, publish, lines, parked } = await given();
  const [large, behind, other] = oneTooLarge(outlet);
  await publish(large, behind, other);

  const running = await relay();
  await idle(running);
  const later = [message({ key: 'a' }), message({ key: 'b' })];
  await publish(...later);
  await idle(running);
  await running.stop();

  assert.deepEqual(outlet.of('a'), []);
  assert.deepEqual(outlet.of('b'), [other.id, later[1]?.id]);
  assert.deepEqual(await waiting(log), [
    `parked ${large.id} message-not-carried`,
    `held ${behind.id} -`,
    `held ${later[0]?.id} -`,
  ]);
  assert.equal((await log.checkpoints())[0]?.position, 5);
  assert.deepEqual(
    parked.map(({ recordId, position, correlationId }) => [recordId, position, correlationId]),
    [[large.id, 1, large.correlationId]],
  );
  assert.deepEqual(
    lines.filter(({ level }) => level === 'warn').map(({ event, id, code }) => [event, id, code]),
    [
      ['parked', large.id, 'message-not-carried'],
      ['held', behind.id, undefined],
      ['held', later[0]?.id, undefined],
    ],
  );
});

test('after a restart its key is still held back', async () => {
  const { log, outlet, relay, publish } = await given();
  const [large, behind, other] = oneTooLarge(outlet);
  await publish(large, behind, other);
  const before = await relay();
  await idle(before);
  await before.stop();
  outlet.tooLarge.clear();
  const later = message({ key: 'a' });

  const after = await relay();
  await publish(later);
  await idle(after);
  await after.stop();

  assert.deepEqual(outlet.of('a'), []);
  assert.equal((await waiting(log)).length, 3);
});

test('redriven it goes, then what is held behind it, then what comes later', async () => {
  const { log, host, outlet, relay, publish } = await given();
  const [large, behind, other] = oneTooLarge(outlet);
  const running = await relay();
  await publish(large, behind, other);
  await idle(running);

  outlet.tooLarge.clear();
  const isDone = await decide(running, 'retry', { log, host });
  const later = message({ key: 'a' });
  await publish(later);
  await idle(running);
  await running.stop();

  assert.equal(isDone, true);
  assert.deepEqual(outlet.of('a'), [large.id, behind.id, later.id]);
  assert.deepEqual(await waiting(log), []);
  assert.equal((await log.operations(10)).length, 1);
});

test('redriven while it is still too large it is parked again', async () => {
  const { log, host, outlet, relay, publish, parked } = await given();
  const [large, behind, other] = oneTooLarge(outlet);
  const running = await relay();
  await publish(large, behind, other);
  await idle(running);

  await decide(running, 'retry', { log, host });
  await running.stop();

  assert.deepEqual(
    parked.map(({ recordId, attempts }) => [recordId, attempts]),
    [
      [large.id, 1],
      [large.id, 2],
    ],
  );
  assert.deepEqual(outlet.of('a'), []);
  assert.equal((await waiting(log)).length, 2);
});

test('one behind it that is too large, too, is parked in its place', async () => {
  const { log, host, outlet, relay, publish } = await given();
  const [large, behind, other] = oneTooLarge(outlet);
  const last = message({ key: 'a' });
  const running = await relay();
  await publish(large, behind, other, last);
  await idle(running);

  outlet.tooLarge.clear();
  outlet.tooLarge.add(behind.id);
  await decide(running, 'retry', { log, host });
  const later = message({ key: 'a' });
  await publish(later);
  await idle(running);

  assert.deepEqual(outlet.of('a'), [large.id]);
  assert.deepEqual(await waiting(log), [
    `parked ${behind.id} message-not-carried`,
    `held ${last.id} -`,
    `held ${later.id} -`,
  ]);
  outlet.tooLarge.clear();
  await decide(running, 'retry', { log, host });
  await running.stop();
  assert.deepEqual(outlet.of('a'), [large.id, behind.id, last.id, later.id]);
});

test('discarded it is gone, and what is held behind it goes', async () => {
  const { log, host, outlet, relay, publish } = await given();
  const [large, behind, other] = oneTooLarge(outlet);
  const running = await relay();
  await publish(large, behind, other);
  await idle(running);

  await decide(running, 'gone', { log, host });
  await running.stop();

  assert.deepEqual(outlet.of('a'), [behind.id]);
  assert.deepEqual(await waiting(log), []);
});

test('hundreds that are held behind it go in order', async () => {
  const { log, host, outlet, relay, publish } = await given();
  const many = Array.from({ length: 700 }, () => message({ key: 'a' }));
  outlet.tooLarge.add(many[0]?.id ?? '');
  await publish(...many);
  const running = await relay();
  await idle(running);

  outlet.tooLarge.clear();
  await decide(running, 'retry', { log, host });
  await running.stop();

  assert.deepEqual(
    outlet.of('a'),
    many.map(({ id }) => id),
  );
  assert.deepEqual(await waiting(log), []);
});

for (const how of ['goes on', 'is started anew'])
  for (const to of ['retry', 'gone'] as const)
    test(`decided during an outage (${to}), what may go goes by itself when the relay ${how}`, async () => {
      const { log, host, outlet, relay, publish } = await given();
      const [large, behind, other] = oneTooLarge(outlet);
      const before = await relay();
      await publish(large, behind, other);
      await idle(before);

      outlet.tooLarge.clear();
      outlet.isAway = true;
      await assert.rejects(decide(before, to, { log, host }), { code: 'backbone-unavailable' });
      const later = message({ key: 'a' });
      await publish(later);
      if (how === 'is started anew') await before.stop();
      const after = how === 'is started anew' ? await relay() : before;
      outlet.isAway = false;
      const expected = to === 'gone' ? [behind.id, later.id] : [large.id, behind.id, later.id];
      await until('all of them', () => outlet.of('a').length === expected.length);
      await idle(after);
      await after.stop();

      assert.deepEqual(outlet.of('a'), expected);
      assert.deepEqual(await waiting(log), []);
    });

test('a message that is no longer in the log is parked with that reason, and can be discarded', async () => {
  const { log, host, committer, outlet, relay, publish } = await given();
  const [large, behind, other] = oneTooLarge(outlet);
  const running = await relay();
  await publish(large, behind, other);
  await idle(running);
  const row = await parkedIn(log);
  await committer.commit({ done: [row], waiting: [{ ...row, recordId: 'dropped' }] });

  await decide(running, 'retry', { log, host });
  const again = await waiting(log);
  await decide(running, 'gone', { log, host });
  await running.stop();

  assert.equal(again[0], 'parked dropped record-gone');
  assert.deepEqual(outlet.of('a'), [behind.id]);
});

test('a relay that was taken over parks nothing, and decides nothing', async () => {
  const { log, host, outlet, relay, publish } = await given();
  const [large, behind, other] = oneTooLarge(outlet);
  const older = await relay();
  await publish(large, behind, other);
  await idle(older);
  const newer = await relay();

  outlet.tooLarge.clear();
  await assert.rejects(decide(older, 'retry', { log, host }), { code: 'fenced' });
  await older.stop();
  await newer.stop();

  assert.equal((await waiting(log)).length, 2);
  assert.deepEqual(outlet.of('a'), []);
});

for (const kind of ['before', 'answer-lost', 'after'] as const)
  for (const call of ['commit', 'waiting', 'recordsById', 'read', 'checkpoints'])
    test(`nothing is lost and a key stays in order when any ${call} of it fails (${kind})`, async () => {
      let nth = 1;
      while (await heldBackAndRedriven({ call: `ordering.${call}`, nth, kind })) nth += 1;
      if (call === 'commit') assert.ok(nth > 5);
    });

/** Parks, redrives, and goes on, with one call failing. False when there is no such call. */
async function heldBackAndRedriven(fault: {
  readonly call: string;
  readonly nth: number;
  readonly kind: FaultKind;
}): Promise<boolean> {
  const scene = await given();
  const { log, host, outlet } = scene;
  const [large, behind, other] = oneTooLarge(outlet);
  const later = message({ key: 'a' });
  const last = message({ key: 'a' });
  const faults = new Faults(fault);
  const heard: ((by: 'foreign') => void)[] = [];
  const onChange = (listener: (by: 'foreign') => void) => {
    heard.push(listener);
    return () => undefined;
  };
  // What is published here comes as from another process.
  const publish = async (...envelopes: readonly Envelope[]): Promise<void> => {
    await scene.publish(...envelopes);
    for (const tell of heard) tell('foreign');
  };
  const first = relayOf({ log: { ...faultyLog(log, faults), onChange }, outlet, host });
  let running = first;
  const goOn = async (): Promise<void> => {
    if (!faults.isCrashed || running !== first) return;
    void first.stop().catch(() => undefined);
    running = relayOf({
      log: { ...faultyLog(log, new Faults()), onChange },
      outlet,
      host,
      owner: 'two',
    });
    await running.start();
  };
  await publish(large, behind, other);
  while (!(await started(running))) await goOn();
  await until('held back', async () => {
    await goOn();
    return (await waiting(log)).length === 2 && (await running.isIdle());
  });
  outlet.tooLarge.clear();
  await publish(later);
  await until('redriven', async () => {
    await goOn();
    if ((await waiting(log)).every((row) => !row.startsWith('parked'))) return true;
    await decide(running, 'retry', { log, host }).catch(() => undefined);
    return false;
  });
  await publish(last);
  await until('all handed over', async () => {
    await goOn();
    return outlet.of('a').length === 4 && (await running.isIdle());
  });
  await running.stop().catch(() => undefined);
  assert.deepEqual(outlet.of('a'), [large.id, behind.id, later.id, last.id]);
  assert.deepEqual(outlet.of('b'), [other.id]);
  assert.deepEqual(await waiting(log), []);
  return faults.isStruck;
}

async function started(relay: Relay): Promise<boolean> {
  return relay.start().then(
    () => true,
    () => false,
  );
}
