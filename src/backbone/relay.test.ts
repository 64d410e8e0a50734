import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { systemHost } from '../host/host.ts';
import { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { LogLine } from '../telemetry/logger.ts';
import { Faults } from '../testing/faults.ts';
import { faultyLog } from '../testing/faulty-log.ts';
import { BackboneUnavailableError, type Envelope, type Outlet } from './backbone.ts';
import { message, messages, outgoing, relayOf, until } from './fixtures/ends.ts';

/** An outlet whose answers a test decides, batch by batch. */
class TestOutlet implements Outlet {
  readonly batches: Envelope[][] = [];
  readonly pending: { confirm(): void; refuse(): void }[] = [];
  isClosed = false;
  #isOpen = true;

  /** Confirms at once, or only when the test says so. */
  constructor(confirms: 'at once' | 'when told' = 'at once') {
    this.#isOpen = confirms === 'at once';
  }

  get sent(): string[] {
    return this.batches.flat().map(({ id }) => id);
  }

  async publish(batch: readonly Envelope[]): Promise<void> {
    this.batches.push([...batch]);
    if (this.#isOpen) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const refuse = () => reject(new BackboneUnavailableError('test', new Error('refused')));
    this.pending.push({ confirm: resolve, refuse });
    await promise;
  }

  confirmFromNowOn(): void {
    this.#isOpen = true;
    for (const batch of this.pending.splice(0)) batch.confirm();
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

async function given(log?: Log) {
  const store = memory();
  const opened = log ?? (await store.open('ordering'));
  const host = systemHost();
  const committer = new Committer(opened, host.clock);
  const publish = (envelopes: readonly Envelope[]) =>
    committer.commit({ records: envelopes.map((envelope) => outgoing(envelope)) });
  return { store, log: opened, host, committer, publish };
}

async function checkpoint(log: Log): Promise<number | undefined> {
  const found = await log.checkpoints();
  return found.find(({ subscription }) => subscription === 'relay')?.position;
}

const ids = (envelopes: readonly Envelope[]): string[] => envelopes.map(({ id }) => id);

test('what was published before and after the start is handed over, as it is, and noted', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet();
  const lines: LogLine[] = [];
  const sent = messages(3, 3);
  await publish(sent.slice(0, 2));
  const relay = relayOf({ log, outlet, host, committer, lines });

  await relay.start();
  await publish(sent.slice(2));
  await until('idle', () => relay.isIdle());
  await relay.stop();

  assert.deepEqual(
    outlet.batches.flat(),
    sent.map((message, index) => ({ ...message, position: index + 1 })),
  );
  assert.equal(await checkpoint(log), 3);
  assert.deepEqual(
    lines.map(({ event, id, position }) => [event, id, position]),
    sent.map(({ id }, index) => ['relayed', id, index + 1]),
  );
  assert.equal(outlet.isClosed, true);
});

test('only what is outgoing is handed over', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet();
  const relay = relayOf({ log, outlet, host, committer });
  await relay.start();
  const sent = message();

  await committer.commit({ records: [{ ...outgoing(message()), direction: 'domain' }] });
  await publish([sent]);
  await until('idle', () => relay.isIdle());
  await relay.stop();

  assert.deepEqual(outlet.sent, [sent.id]);
});

test('the checkpoint does not move before the backbone has confirmed', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet('when told');
  const relay = relayOf({ log, outlet, host, committer });
  await relay.start();

  await publish(messages(2, 1));
  await until('a batch', () => outlet.pending.length === 1);
  const before = [await checkpoint(log), await relay.isIdle()];
  outlet.confirmFromNowOn();
  await until('idle', () => relay.isIdle());

  assert.deepEqual(before, [0, false]);
  assert.equal(await checkpoint(log), 2);
  await relay.stop();
});

test('the checkpoint never passes a batch that is not confirmed', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet('when told');
  const relay = relayOf({ log, outlet, host, committer });
  await relay.start();

  await publish([message({ key: 'a' })]);
  await until('the first batch', () => outlet.pending.length === 1);
  await publish([message({ key: 'b' })]);
  await until('the second batch', () => outlet.pending.length === 2);
  outlet.pending[1]?.confirm();
  await host.clock.sleep(10);
  const between = await checkpoint(log);
  outlet.pending[0]?.confirm();
  await until('idle', () => relay.isIdle());
  await relay.stop();

  assert.equal(between, 0);
  assert.equal(await checkpoint(log), 2);
});

test('a key is handed over by one batch at a time, while other keys go on', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet('when told');
  const relay = relayOf({ log, outlet, host, committer });
  await relay.start();
  const first = message({ key: 'a' });
  const more = [message({ key: 'a' }), message({ key: 'b' }), message({ key: 'a' })];

  await publish([first]);
  await until('the first batch', () => outlet.pending.length === 1);
  await publish(more);
  await until('the second batch', () => outlet.pending.length === 2);
  const sideBySide = outlet.batches.map((batch) => ids(batch));
  outlet.confirmFromNowOn();
  await until('idle', () => relay.isIdle());
  await relay.stop();

  assert.deepEqual(sideBySide, [[first.id], [more[1]?.id]]);
  assert.deepEqual(ids(outlet.batches[2] ?? []), [more[0]?.id, more[2]?.id]);
});

test('a batch holds no more than 256 messages, and many go through', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet();
  const sent = messages(3_000, 11);
  for (let from = 0; from < 3_000; from += 500) await publish(sent.slice(from, from + 500));
  const relay = relayOf({ log, outlet, host, committer });

  await relay.start();
  await until('idle', () => relay.isIdle());
  await relay.stop();

  assert.ok(outlet.batches.every((batch) => batch.length <= 256));
  assert.equal(outlet.sent.length, 3_000);
  for (let key = 0; key < 11; key += 1) {
    const ofKey = (envelope: Envelope) => envelope.key === `order-${key}`;
    assert.deepEqual(ids(outlet.batches.flat().filter(ofKey)), ids(sent.filter(ofKey)));
  }
  assert.equal(await checkpoint(log), 3_000);
});

test('a refused batch is handed over again, before later messages of its keys', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet('when told');
  const lines: LogLine[] = [];
  const problems: unknown[] = [];
  const onProblem = (problem: unknown) => problems.push(problem);
  const relay = relayOf({ log, outlet, host, committer, lines, onProblem });
  await relay.start();
  const sent = messages(4, 1);

  await publish(sent.slice(0, 2));
  await until('a batch', () => outlet.pending.length === 1);
  await publish(sent.slice(2));
  outlet.pending.shift()?.refuse();
  await until('the batch again', () => outlet.batches.length === 2);
  outlet.confirmFromNowOn();
  await until('idle', () => relay.isIdle());
  await relay.stop();

  const [first = [], ...again] = outlet.batches.map((batch) => ids(batch));
  assert.deepEqual(first, ids(sent.slice(0, 2)));
  assert.deepEqual(again.flat(), ids(sent));
  assert.deepEqual(
    lines.filter(({ level }) => level === 'warn').map(({ code }) => code),
    ['backbone-unavailable'],
  );
  assert.equal(problems.length, 2);
  assert.equal(problems[1], undefined);
});

test('a stop hands over nothing more, and keeps what was confirmed meanwhile', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet('when told');
  const relay = relayOf({ log, outlet, host, committer });
  await relay.start();
  await publish([message()]);
  await until('a batch', () => outlet.pending.length === 1);

  const stopping = relay.stop();
  await publish([message({ key: 'late' })]);
  outlet.pending[0]?.confirm();
  await stopping;

  assert.equal(outlet.batches.length, 1);
  assert.equal(await checkpoint(log), 1);
});

test('the next relay goes on after what was confirmed', async () => {
  const { log, host, committer, publish } = await given();
  const first = new TestOutlet();
  const sent = messages(2, 1);
  await publish(sent.slice(0, 1));
  const before = relayOf({ log, outlet: first, host, committer });
  await before.start();
  await until('idle', () => before.isIdle());
  await before.stop();
  await publish(sent.slice(1));
  const second = new TestOutlet();

  const after = relayOf({ log, outlet: second, host, committer });
  await after.start();
  await until('idle', () => after.isIdle());
  await after.stop();

  assert.deepEqual(second.sent, [sent[1]?.id]);
});

test('a relay that was taken over stops, and says so', async () => {
  const { log, host, committer, publish } = await given();
  const outlet = new TestOutlet();
  const problems: unknown[] = [];
  const onProblem = (problem: unknown) => problems.push(problem);
  const older = relayOf({ log, outlet, host, committer, onProblem });
  await older.start();
  const newer = relayOf({ log, outlet: new TestOutlet(), host, committer, owner: 'two' });
  await newer.start();

  await publish([message()]);
  await until('a problem', () => problems.length === 1);
  await until('idle', () => newer.isIdle());
  const sentBefore = outlet.sent.length;
  await publish([message()]);
  await until('idle', () => newer.isIdle());
  await older.stop();
  await newer.stop();

  assert.equal((problems[0] as Error).name, 'FencedError');
  assert.equal(outlet.sent.length, sentBefore);
  assert.equal(await checkpoint(log), 2);
});

for (const kind of ['before', 'answer-lost'] as const) {
  test(`a checkpoint whose commit fails (${kind}) moves all the same`, async () => {
    const inner = await memory().open('ordering');
    const faults = new Faults({ call: 'ordering.commit', nth: 2, kind });
    const { log, host, committer, publish } = await given(faultyLog(inner, faults));
    const outlet = new TestOutlet();
    const relay = relayOf({ log, outlet, host, committer });
    await publish([message()]);

    await relay.start();
    await until('idle', () => relay.isIdle());
    await relay.stop();

    assert.equal(faults.isStruck, true);
    assert.equal(relay.problem, undefined);
    assert.equal(await checkpoint(log), 1);
    assert.equal(outlet.sent.length, 1);
  });
}
