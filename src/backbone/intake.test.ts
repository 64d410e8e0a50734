import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { contract } from '../contract/contract.ts';
import { KEY_CHARACTERS_MAX } from '../message/key.ts';
import { upcasting } from '../message/upcasting.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { Faults, InjectedFaultError } from '../testing/faults.ts';
import { faultyLog } from '../testing/faulty-log.ts';
import { type Backbone, BackboneUnavailableError, type Envelope } from './backbone.ts';
import {
  OrderPlaced,
  OrderShipped,
  ends,
  incomingIds,
  message,
  outgoing,
} from './fixtures/ends.ts';
import { until, waitingAtBorder } from './fixtures/ends.ts';

/** Version 2: the order's total, in pence; version 1 had it in pounds. */
const OrderPlaced2 = contract('ordering.OrderPlaced', {
  version: 2,
  schema: z.object({ orderId: z.string(), totalPence: z.number().int() }),
  key: (data) => data.orderId,
  upcasters: upcasting<{ orderId: string; total: number }>().to((data) => ({
    orderId: data.orderId,
    totalPence: data.total * 100,
  })),
});

/** A broker that holds these messages, and the consuming end. */
async function given(published: readonly Envelope[]) {
  const backbone = memoryBackbone({ redeliverAfterMs: 5 });
  const scene = await ends(backbone);
  const outlet = await backbone.outlet('ordering');
  await outlet?.publish(published);
  return { ...scene, backbone, publish: async (more: Envelope[]) => outlet?.publish(more) };
}

test('a message is taken in as it came, with what makes it traceable', async () => {
  const sent = message({
    data: '{ "orderId" :"order-1" }',
    metadata: '{"who":"me"}',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });
  const { log, host, settledIntake } = await given([sent]);
  const before = host.clock.now();

  const intake = await settledIntake();
  await intake.stop();

  const [record] = await log.read({ after: 0, limit: 10 });
  const { recordedAt = 0, ...rest } = record ?? {};
  const { recordedAt: sentAt, ...kept } = sent;
  assert.deepEqual(rest, {
    ...kept,
    position: 1,
    direction: 'incoming',
    stream: null,
    version: null,
  });
  assert.ok(recordedAt >= before && recordedAt !== sentAt);
  assert.deepEqual(await log.received('ordering', [sent.id]), new Set([sent.id]));
});

test('an older message is brought to the current version before it is stored', async () => {
  const sent = message({ data: '{"orderId":"order-1","total":3}' });
  const { log, settledIntake } = await given([sent]);

  const intake = await settledIntake({ contracts: [OrderPlaced2] });
  await intake.stop();

  const [record] = await log.read({ after: 0, limit: 10 });
  assert.equal(record?.data, '{"orderId":"order-1","totalPence":300}');
  assert.equal(record?.schemaVersion, 2);
});

test('a newer message that fits the version known here is taken, and keeps its version', async () => {
  const sent = message({ schemaVersion: 3, data: '{"orderId":"order-1","more":1}' });
  const { log, settledIntake } = await given([sent]);

  const intake = await settledIntake();
  await intake.stop();

  const [record] = await log.read({ after: 0, limit: 10 });
  assert.equal(record?.schemaVersion, 3);
  assert.equal(record?.data, sent.data);
});

test('a newer message that does not fit waits for a process that knows its version', async () => {
  const strict = contract('ordering.OrderPlaced', {
    version: 1,
    schema: z.strictObject({ orderId: z.string(), total: z.number() }),
    key: (data) => data.orderId,
  });
  const sent = message({ schemaVersion: 2, data: '{"orderId":"order-1","totalPence":5}' });
  const { log, settledIntake } = await given([sent]);

  const older = await settledIntake({ contracts: [strict] });
  await older.stop();
  const waiting = await waitingAtBorder(log);
  const newer = await settledIntake({ contracts: [OrderPlaced2] });
  await newer.stop();

  assert.deepEqual(waiting, ['parked order-1 newer-version']);
  assert.deepEqual(await incomingIds(log), [sent.id]);
  assert.deepEqual(await waitingAtBorder(log), []);
});

const refused: Record<string, { sent: Partial<Envelope>; code: string }> = {
  'that is no JSON': { sent: { data: '{"orderId":' }, code: 'invalid-json' },
  'that does not fit its contract': { sent: { data: '{"orderId":7}' }, code: 'contract-violation' },
  'with a version that is none': { sent: { schemaVersion: 0 }, code: 'invalid-version' },
  'of a contract that nobody asked for': {
    sent: { type: 'ordering.Unknown' },
    code: 'unknown-contract',
  },
  'whose id is too long to be known by': {
    sent: { id: 'x'.repeat(256) },
    code: 'invalid-attribute',
  },
  'whose action is none': { sent: { correlationId: '' }, code: 'invalid-attribute' },
  'whose cause no store would give back': {
    sent: { causationId: 'a\0' },
    code: 'invalid-attribute',
  },
  'whose trace context is too long': {
    sent: { traceparent: '0'.repeat(256) },
    code: 'invalid-attribute',
  },
  'whose metadata is no JSON': { sent: { metadata: '{' }, code: 'invalid-attribute' },
  'whose metadata is no object of texts': {
    sent: { metadata: '{"user":{"name":"ann"}}' },
    code: 'invalid-attribute',
  },
  'whose metadata is too large': {
    sent: { metadata: JSON.stringify({ user: 'x'.repeat(8_192) }) },
    code: 'invalid-attribute',
  },
  'that is too large': {
    sent: { data: JSON.stringify({ orderId: 'x'.repeat(1_100_000) }) },
    code: 'payload-too-large',
  },
};

for (const [which, { sent, code }] of Object.entries(refused)) {
  test(`a message ${which} is parked at the border, and others pass`, async () => {
    const bad = message({ key: 'bad', ...sent });
    const good = message({ key: 'good' });
    const { log, lines, backbone, settledIntake, publish } = await given([]);
    const inlet = await backbone.inlet({
      consumer: 'billing',
      source: 'ordering',
      contracts: ['ordering.Unknown', 'ordering.OrderPlaced'],
      marks: [],
    });
    await inlet.close();
    await publish([bad, good]);
    const parked: string[] = [];

    const intake = await settledIntake({ onParked: (row) => parked.push(row.recordId) });
    await intake.stop();

    assert.deepEqual(await waitingAtBorder(log), [`parked bad ${code}`]);
    assert.deepEqual(await incomingIds(log), [good.id]);
    assert.deepEqual(parked, [bad.id]);
    assert.equal(lines.find((line) => line.event === 'parked')?.['code'], code);
  });
}

test('a message whose upcaster or key throws is parked, with what was thrown', async () => {
  const throwing = contract('ordering.OrderPlaced', {
    version: 2,
    schema: z.object({ orderId: z.string() }),
    key: (data) => {
      throw new Error(`no key for ${data.orderId}`);
    },
    upcasters: upcasting<{ orderId: string }>().to((data): { orderId: string } => {
      // oxlint-disable-next-line no-throw-literal, only-throw-error -- what people throw
      throw `cannot read ${data.orderId}`;
    }),
  });
  const { log, settledIntake } = await given([
    message({ key: 'a' }),
    message({ key: 'b', schemaVersion: 2 }),
  ]);

  const intake = await settledIntake({ contracts: [throwing] });
  await intake.stop();

  assert.deepEqual(await waitingAtBorder(log), ['parked a upcaster-failed', 'parked b key-failed']);
  const [, row] = await log.waiting({ subscription: 'intake from ordering', limit: 10 });
  assert.match(row?.error?.message ?? '', /no key for b/);
});

for (const [what, key] of [
  ['no text', () => 7 as never],
  ['empty text', () => ''],
  ['text that is too long', () => 'k'.repeat(KEY_CHARACTERS_MAX + 1)],
] as const) {
  test(`a message whose contract gives ${what} for a key is parked with the reason`, async () => {
    const keyless = contract('ordering.OrderPlaced', {
      version: 1,
      schema: z.object({ orderId: z.string() }),
      key: (data) => (data.orderId === 'bad' ? key() : data.orderId),
    });
    const good = message({ key: 'good' });
    const { log, settledIntake } = await given([message({ key: 'bad' }), good]);

    const intake = await settledIntake({ contracts: [keyless] });
    await intake.stop();

    assert.deepEqual(await waitingAtBorder(log), ['parked bad key-failed']);
    assert.deepEqual(await incomingIds(log), [good.id]);
    const [row] = await log.waiting({ subscription: 'intake from ordering', limit: 10 });
    assert.match(row?.error?.message ?? '', /The key of "ordering\.OrderPlaced" version 1 /);
  });
}

test('later messages of a parked key are held, also after a restart; other keys pass', async () => {
  const bad = message({ data: '{}' });
  const { log, publish, settledIntake } = await given([bad, message()]);
  const first = await settledIntake();
  await first.stop();
  const other = message({ key: 'order-2' });
  await publish([message(), other]);

  const second = await settledIntake();
  await second.stop();

  assert.deepEqual(await waitingAtBorder(log), [
    'parked order-1 contract-violation',
    'held order-1 -',
    'held order-1 -',
  ]);
  assert.deepEqual(await incomingIds(log), [other.id]);
});

test('a parked message that comes again is not held behind itself', async () => {
  const bad = message({ data: '{}' });
  const { log, publish, settledIntake } = await given([bad]);
  const intake = await settledIntake();

  await publish([bad]);
  await until('drained', () => intake.isIdle());
  await intake.stop();

  assert.deepEqual(await waitingAtBorder(log), ['parked order-1 contract-violation']);
});

test('a redrive takes in the parked message and then those held behind it, in order', async () => {
  const sent = [message({ data: '{"orderId":"order-1","total":1}' }), message(), message()];
  const { log, settledIntake, publish } = await given(sent);
  const strict = contract('ordering.OrderPlaced', {
    version: 1,
    schema: z.strictObject({ orderId: z.string() }),
    key: (data) => data.orderId,
  });
  const before = await settledIntake({ contracts: [strict] });
  await before.stop();
  const rows = await log.waiting({ subscription: 'intake from ordering', limit: 10 });

  const mended = await settledIntake({ contracts: [OrderPlaced] });
  const outcome = await mended.takeAgain(rows.filter((row) => row.kind === 'parked'));
  const later = message();
  await publish([later]);
  await until('drained', () => mended.isIdle());
  await mended.stop();

  assert.deepEqual(outcome, { taken: 3, parked: 0 });
  assert.deepEqual(
    await incomingIds(log),
    [...sent, later].map(({ id }) => id),
  );
  assert.deepEqual(await waitingAtBorder(log), []);
});

test('a redrive of a message that still does not fit counts the attempt and holds the rest', async () => {
  const { log, settledIntake } = await given([message({ data: '{}' }), message()]);
  const intake = await settledIntake();
  const rows = await log.waiting({ subscription: 'intake from ordering', limit: 10 });

  const outcome = await intake.takeAgain(rows);
  await intake.stop();

  const after = await log.waiting({ subscription: 'intake from ordering', limit: 10 });
  assert.deepEqual(outcome, { taken: 0, parked: 1 });
  assert.deepEqual(
    after.map(({ kind, attempts }) => [kind, attempts]),
    [
      ['parked', 2],
      ['held', 0],
    ],
  );
});

test('what was held behind a discarded message goes on, at once or at the next start', async () => {
  for (const when of ['at once', 'at the next start']) {
    const next = message();
    const { log, settledIntake } = await given([message({ data: '{}' }), next]);
    const intake = await settledIntake();
    const rows = await log.waiting({ subscription: 'intake from ordering', limit: 10 });
    await log.commit([{ done: rows.filter((row) => row.kind === 'parked') }]);

    if (when === 'at once') await intake.takeAgain(rows);
    await intake.stop();
    const restarted = await settledIntake();
    await restarted.stop();

    assert.deepEqual(await incomingIds(log), [next.id], when);
    assert.deepEqual(await waitingAtBorder(log), [], when);
  }
});

for (const [call, kind, isAlone] of [
  ['commit', 'before', false],
  ['commit', 'answer-lost', false],
  ['commit', 'answer-lost', true],
  ['recordsById', 'before', false],
] as const) {
  const what = isAlone ? 'of one alone' : 'of one with another behind it';
  test(`a discard at the border ${what} that fails is done all or not at all (${call}, ${kind})`, async () => {
    const [next, later] = [message(), message()];
    const behind = isAlone ? [] : [next];
    const { log, publish, settledIntake } = await given([message({ data: '{}' }), ...behind]);
    const before = await settledIntake();
    await before.stop();
    const faults = new Faults({ call: `billing.${call}`, nth: 1, kind });
    const intake = await settledIntake({ log: faultyLog(log, faults) });
    const rows = await log.waiting({ subscription: 'intake from ordering', limit: 10 });
    const row = rows.find((each) => each.kind === 'parked') as WaitingRow;
    const operation = { id: 'o', at: 1, who: 'ann', action: 'discard', why: 'bad', detail: '{}' };
    const discard = () => intake.decide(row, { to: 'gone', operation });

    const failed = await discard().then(
      () => false,
      (error: unknown) => error instanceof InjectedFaultError,
    );
    const left = (await waitingAtBorder(log)).length;
    if (failed) await discard();
    await publish([later]);
    await until('taken in', async () => (await incomingIds(log)).length === behind.length + 1);
    await intake.stop();

    // What is in the log by then can be told by its ids, so that nobody is told of a failure.
    assert.equal(failed, kind === 'before' || isAlone);
    assert.equal(left, kind === 'before' ? 2 : 0);
    assert.deepEqual(await incomingIds(log), [...behind.map(({ id }) => id), later.id]);
    assert.deepEqual(await waitingAtBorder(log), []);
    assert.equal((await log.operations(10)).length, 1);
  });
}

test('a message that comes again is left out, and its line says so', async () => {
  const sent = message();
  const { log, lines, publish, settledIntake } = await given([sent, sent]);
  const intake = await settledIntake();

  await publish([sent]);
  await until('drained', () => intake.isIdle());
  await intake.stop();

  assert.deepEqual(await incomingIds(log), [sent.id]);
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['listening', 'taken-in', 'duplicate', 'duplicate'],
  );
});

test('a message older than the window is set aside, and taken when a person says so', async () => {
  const known = message({ recordedAt: 1_000 });
  const { log, publish, settledIntake } = await given([known]);
  const intake = await settledIntake();
  await log.forget(2_000);
  const old = message({ key: 'order-2', recordedAt: 1_500 });

  await publish([known, old]);
  await until('drained', () => intake.isIdle());
  const waiting = await waitingAtBorder(log);
  await intake.takeAgain(await log.waiting({ subscription: 'intake from ordering', limit: 10 }));
  await intake.stop();

  assert.deepEqual(waiting, ['parked order-2 older-than-window']);
  assert.deepEqual(await incomingIds(log), [known.id, old.id]);
});

test('a message with the id of another record is parked, and stops nothing', async () => {
  const other = outgoing(message({ id: 'same', source: 'returns' }));
  const good = message();
  const { log, publish, settledIntake } = await given([]);
  await log.commit([{ records: [{ ...other, direction: 'incoming' }] }]);

  const intake = await settledIntake();
  await publish([message({ id: 'same', key: 'order-2' }), good]);
  await until('drained', () => intake.isIdle());
  await intake.stop();

  assert.deepEqual(await waitingAtBorder(log), ['parked order-2 id-known']);
  assert.deepEqual(await incomingIds(log), ['same', good.id]);
});

test('nothing is acknowledged before it is committed', async () => {
  const sent = message();
  const { log, lines, settledIntake } = await given([sent]);
  const faults = new Faults({ call: 'billing.commit', nth: 2, kind: 'before' });

  const intake = await settledIntake({ log: faultyLog(log, faults) });
  await intake.stop();

  assert.equal(faults.isStruck, true);
  assert.deepEqual(await incomingIds(log), [sent.id]);
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['listening', 'trouble', 'taken-in', 'recovered'],
  );
});

test('a lost answer of a commit takes nothing twice and parks nothing twice', async () => {
  const sent = [message({ key: 'good' }), message({ data: '{}' }), message()];
  const { log, settledIntake } = await given(sent);
  const faults = new Faults({ call: 'billing.commit', nth: 2, kind: 'answer-lost' });

  const intake = await settledIntake({ log: faultyLog(log, faults) });
  await intake.stop();

  assert.deepEqual(await incomingIds(log), [sent[0]?.id]);
  assert.deepEqual(await waitingAtBorder(log), [
    'parked order-1 contract-violation',
    'held order-1 -',
  ]);
});

test('an outage is reported once, and so is its end', async () => {
  const { backbone, log, lines, intake, publish } = await given([]);
  const problems: unknown[] = [];
  const started = intake({ onProblem: (problem) => problems.push(problem) });
  backbone.switchOff();

  await started.start();
  await until('a problem', () => started.problem !== undefined);
  assert.equal(await started.isIdle(), false);
  await started.takeAgain([]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  backbone.switchOn();
  const sent = message();
  await publish([sent]);
  await until('the message', async () => (await log.head()) === 1);
  await started.stop();

  assert.deepEqual(
    lines.map(({ event, code }) => [event, code]),
    [
      ['listening', undefined],
      ['trouble', 'backbone-unavailable'],
      ['recovered', undefined],
      ['taken-in', undefined],
    ],
  );
  assert.equal(problems.length, 2);
  assert.equal(started.problem, undefined);
});

test('whoever waits for a position is let go when the intake stops', async () => {
  const { backbone, intake } = await given([]);
  const started = intake();
  backbone.switchOff();
  await started.start();

  const waiting = started.waitUntil({ epoch: 'e', position: 1 }, new AbortController().signal);
  await started.stop();

  assert.equal(await waiting, false);
});

test('whoever waits for a position asks again when nobody could say', async () => {
  const { backbone } = await given([]);
  let asked = 0;
  const forgetful: Backbone = {
    name: backbone.name,
    capabilities: backbone.capabilities,
    start: (surroundings) => backbone.start(surroundings),
    outlet: (publisher) => backbone.outlet(publisher),
    close: () => backbone.close(),
    inlet: async (consumer) => {
      const inlet = await backbone.inlet(consumer);
      return {
        receive: (options) => inlet.receive(options),
        isDrained: () => inlet.isDrained(),
        lookAgain: async (epoch) => {
          asked += 1;
          if (asked === 1) throw new BackboneUnavailableError('test', new Error('no answer'));
          return inlet.lookAgain(epoch);
        },
        close: () => inlet.close(),
      };
    },
  };
  const { intake } = await ends(forgetful);
  const started = intake();
  await started.start();
  await until('idle', () => started.isIdle());

  const place = { epoch: 'e', position: 1 };
  assert.equal(await started.waitUntil(place, new AbortController().signal), true);

  await started.stop();
  assert.equal(asked, 2);
});

test('when too much waits at the border nothing more is taken, until some of it is gone', async () => {
  const bad = Array.from({ length: 10_000 }, (_, index) =>
    message({ key: `bad-${index}`, data: '{}' }),
  );
  const good = message({ key: 'good' });
  const { log, intake, publish } = await given(bad);
  const started = intake();

  await started.start();
  await until('a problem', () => started.problem !== undefined);
  await publish([good]);
  const code = (started.problem as { code?: string }).code;
  const before = await incomingIds(log);
  const rows = await log.waiting({ subscription: 'intake from ordering', limit: 10 });
  await log.commit([{ done: rows }]);
  await started.takeAgain(rows);
  await until('the good one', async () => (await log.head()) === 1);
  await started.stop();

  assert.equal(code, 'border-full');
  assert.deepEqual(before, []);
  assert.deepEqual(await incomingIds(log), [good.id]);
});

test('a contract listened to later says whether its past comes, and says it once', async () => {
  for (const replay of [true, false]) {
    const scene = await ends(memoryBackbone({ replay }));
    for (const contracts of [[OrderPlaced], [OrderPlaced, OrderShipped], [OrderShipped]])
      await (await scene.settledIntake({ contracts })).stop();

    const later = replay
      ? ['info', 'what was published of it before is taken in first']
      : [
          'warn',
          'what was published of it before does not come: the backbone memory keeps none of it',
        ];
    assert.deepEqual(
      scene.lines.map(({ level, contracts, message }) => [contracts, level, message]),
      [
        ['ordering.OrderPlaced', 'info', later[1]],
        ['ordering.OrderShipped', ...later],
      ],
    );
  }
});
