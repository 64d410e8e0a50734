import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { claimAll, committed, fact, outgoing, waitingRow } from '../conformance/log/samples.ts';
import type { Application } from '../runtime/application.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import type { RunOptions } from '../runtime/run-options.ts';
import { order, place, see, twoContexts } from './fixtures/two-contexts.ts';
import type { WhyAnswer } from './why-answer.ts';
import { stateText } from './why-state-text.ts';
import { type Why, why } from './why.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-why-'));
after(() => rmSync(folder, { recursive: true }));

test('what was handled everywhere is told so, by the id of the event and by that of its message', async (t) => {
  const { run, config, messageOf } = scene();
  const app = await run(t);
  const { events } = await app.handle(order, 'a-1', place('a-1'));
  await app.settled();
  const eventId = events[0]?.id ?? '';
  const messageId = await messageOf('a-1');

  const ofEvent = await why(config, { id: eventId });
  const ofMessage = await why(config, { id: messageId });

  assert.deepEqual(states(ofEvent), {
    'note the order': 'handled',
    'book@1': 'handled',
    'intake from ordering': 'taken-in',
    'ask for payment': 'handled',
    'charge the card': 'handled',
  });
  assert.deepEqual(
    ofEvent.records.map(({ context, direction }) => [context, direction]),
    [
      ['ordering', 'domain'],
      ['ordering', 'outgoing'],
    ],
  );
  assert.deepEqual(states(ofMessage), {
    'intake from ordering': 'taken-in',
    'ask for payment': 'handled',
    'charge the card': 'handled',
  });
  assert.deepEqual(
    ofMessage.records.map(({ context }) => context),
    ['ordering', 'billing'],
  );
});

test('what is parked comes first, with its error, and what it holds names it', async (t) => {
  const { run, config, till, messageOf } = scene();
  till.refused.add('a-1');
  const app = await run(t);
  await app.handle(order, 'a-1', place('a-1'));
  await app.handle(order, 'a-2', place('a-2'));
  await until(async () => (await app.parked()).length === 1);
  await until(async () => (await app.parked())[0]?.heldBehind === 1);

  const first = await messageOf('a-1');
  const parked = await why(config, { id: first });
  const held = answerOf(await why(config, { id: await messageOf('a-2') }), 'ask for payment');

  const [worst] = parked.answers;
  assert.deepEqual([worst?.subscription, worst?.level], ['ask for payment', 'bad']);
  assert.ok(worst?.state.is === 'parked');
  assert.deepEqual(
    [worst.state.key, worst.state.attempts, worst.state.error?.code],
    ['a', 1, 'worthless'],
  );
  assert.ok(held.state.is === 'held');
  assert.deepEqual(held.state.behind, {
    recordId: first,
    is: 'parked',
    error: worst.state.error,
  });
});

test('who discarded it, and why, is told instead of that it was handled', async (t) => {
  const { run, config, till, messageOf } = scene();
  till.refused.add('a-1');
  const app = await run(t);
  await app.handle(order, 'a-1', place('a-1'));
  await until(async () => (await app.parked()).length === 1);
  await app.discard({ context: 'billing' }, { who: 'ada', why: 'a test order' });

  const { state } = answerOf(await why(config, { id: await messageOf('a-1') }), 'ask for payment');

  assert.ok(state.is === 'discarded');
  assert.deepEqual([state.who, state.why], ['ada', 'a test order']);
});

test('an effect that failed is tried again at a time, and a notYet says what it waits for', async (t) => {
  const { run, config, till, messageOf } = scene();
  till.offline.add('a-1');
  till.unsure.add('a-1');
  const app = await run(t);
  await app.handle(order, 'a-1', place('a-1'));
  const told = async (): Promise<Why> => why(config, { id: await messageOf('a-1') });
  await until(async () => {
    const { answers } = await told();
    return answers.some(({ state }) => state.is === 'effect' && state.attempts === 1);
  });

  const effect = answerOf(await told(), 'charge the card').state;
  const reaction = answerOf(await told(), 'ask for payment').state;

  assert.ok(effect.is === 'effect');
  assert.ok(Date.parse(effect.due ?? '') > Date.now() + 60_000);
  assert.match(effect.error?.message ?? '', /terminal is offline/);
  assert.ok(reaction.is === 'retry');
  assert.deepEqual(
    [reaction.error?.code, reaction.error?.message],
    ['not-yet', 'no address for a-1'],
  );
});

test('what a subscription has not come to is told with where it is, and with who runs it', async () => {
  const { store, config } = scene();
  const log = await store.open('ordering');
  await claimAll(log, 'note the order');
  const records = ['r-1', 'r-2', 'r-3'].map((id, index) =>
    fact('order/1', index + 1, { id, type: 'OrderPlaced', correlationId: id }),
  );
  await committed(log, { records });
  const error = { name: 'Error', code: null, message: 'It is closed.', stack: null };
  const row = { subscription: 'note the order', key: '1', recordId: 'r-1', kind: 'retry' } as const;
  await committed(log, { waiting: [waitingRow({ ...row, error, attempts: 2 })] });

  const beside = await why(config, { id: 'r-3' });
  await log.close();
  const alone = await why(config, { id: 'r-3' });

  const { state } = answerOf(beside, 'note the order');
  assert.ok(state.is === 'not-reached');
  assert.deepEqual(
    [state.position, state.before, state.isRun, state.owner?.pid],
    [0, 2, true, process.pid],
  );
  assert.deepEqual(
    [state.failing?.recordId, state.failing?.error.message],
    ['r-1', 'It is closed.'],
  );
  assert.match(
    stateText(answerOf(beside, 'note the order')),
    /works on it; record r-1 fails: Error: It is closed$/,
  );
  const left = answerOf(alone, 'note the order').state;
  assert.ok(left.is === 'not-reached');
  assert.deepEqual([left.isRun, left.owner], [false, null]);
  assert.equal(answerOf(beside, 'book@1').state.is, 'not-started');
});

test('what is published and not taken in yet is told by each consumer', async (t) => {
  const { run, config, messageOf } = scene();
  const both = await run(t);
  await both.handle(order, 'a-1', place('a-1'));
  await both.settled();
  await both.stop();
  const app = await run(t, { only: ['ordering'] });
  await app.handle(order, 'a-2', place('a-2'));
  await app.handle(order, 'a-3', place('a-3'));
  await app.settled();

  const { state } = answerOf(
    await why(config, { id: await messageOf('a-3') }),
    'intake from ordering',
  );

  assert.ok(state.is === 'not-reached');
  assert.deepEqual([state.before, state.isRun], [1, false]);
});

test('over a broker it waits in the outbox, and then the broker has it', async (t) => {
  const { run, config: alone, store, messageOf } = scene();
  const backbone = memoryBackbone();
  const config = { ...alone, backbone };
  const app = await run(t, { backbone });
  await app.handle(order, 'a-1', place('a-1'));
  await app.settled();
  backbone.switchOff();
  await app.handle(order, 'a-2', place('a-2'));
  const id = await messageOf('a-2');

  const waiting = await why(config, { id });
  await app.stop();
  const log = await store.open('ordering');
  const [relay] = (await log.checkpoints()).filter(({ subscription }) => subscription === 'relay');
  const { subscription, firstSlot, epoch, position } = relay as NonNullable<typeof relay>;
  const moves = [{ subscription, firstSlot, epoch, from: position, to: await log.head() }];
  await committed(log, { moves });
  await log.close();
  const handed = await why(config, { id });
  const before = await why(config, { id: await messageOf('a-1') });

  assert.deepEqual(states(waiting), { relay: 'not-reached' });
  assert.deepEqual(states(handed), { relay: 'handed-over', 'intake from ordering': 'on-its-way' });
  assert.equal(answerOf(before, 'charge the card').state.is, 'handled');
});

test('what was parked at the border is told with its reason, also what no log has', async (t) => {
  const { run, config, store } = scene();
  const log = await store.open('ordering');
  const wrong = { id: 'wrong', key: 'a-1', data: '{"orderId":"a-1"}' };
  const right = { id: 'right', key: 'a-1', data: '{"orderId":"a-1","pence":1}' };
  await committed(log, { records: [outgoing(wrong), outgoing(right)] });
  await log.close();
  const app = await run(t, { only: ['billing'] });
  await until(async () => (await app.parked())[0]?.heldBehind === 1);
  await app.stop();

  const parked = answerOf(await why(config, { id: 'wrong' }), 'intake from ordering').state;
  const held = answerOf(await why(config, { id: 'right' }), 'intake from ordering').state;
  rmSync(join(config.data, 'ordering.sqlite'));
  const lost = await why(config, { id: 'wrong' });

  assert.ok(parked.is === 'parked' && held.is === 'held');
  assert.match(parked.error?.message ?? '', /pence/);
  assert.equal(held.behind?.recordId, 'wrong');
  assert.deepEqual([lost.records, states(lost)], [[], { 'intake from ordering': 'parked' }]);
});

test('a message from before anybody listened was left out', async (t) => {
  const { run, config, store } = scene();
  const app = await run(t);
  await app.handle(order, 'a-1', place('a-1'));
  await app.settled();
  await app.stop();
  const log = await store.open('ordering');
  const [position = 0] = await committed(log, { records: [outgoing({ id: 'unheard' })] });
  const { epoch } = log;
  await log.close();
  const billing = await store.open('billing');
  const mark = { source: 'ordering', contract: 'ordering.OrderPlaced', epoch, position };
  await committed(billing, { marks: [mark] });
  await billing.close();

  const told = await why(config, { id: 'unheard' });

  assert.deepEqual(states(told), { 'intake from ordering': 'left-out' });
});

test('that nothing more is taken from a log that is not the one it was is told', async (t) => {
  const { run, config, messageOf } = scene();
  const both = await run(t);
  await both.handle(order, 'a-1', place('a-1'));
  await both.settled();
  await both.stop();
  rmSync(join(config.data, 'ordering.sqlite'));
  const app = await run(t, { only: ['ordering'] });
  await app.handle(order, 'a-2', place('a-2'));
  await app.settled();

  const told = await why(config, { id: await messageOf('a-2') });

  assert.deepEqual(states(told), { 'intake from ordering': 'source-restored' });
});

test('one subscription can be asked for, and then also says what it listens to instead', async (t) => {
  const { run, config } = scene();
  const app = await run(t);
  const { events } = await app.handle(order, 'a-1', see('a-1'));
  await app.settled();
  const id = events[0]?.id ?? '';

  const nobody = await why(config, { id });
  const asked = await why(config, { id, subscription: 'book@1' });

  assert.deepEqual(nobody.answers, []);
  assert.deepEqual(
    asked.answers.map(({ state }) => state),
    [{ is: 'not-wanted', wants: ['OrderPlaced'] }],
  );
  const elsewhere = { code: 'nothing-found', message: /has not come/ };
  await assert.rejects(why(config, { id, subscription: 'charge the card' }), elsewhere);
  const unknown = { code: 'asked-wrongly', message: /no subscription "x\\n".*"note the order"/ };
  await assert.rejects(why(config, { id, subscription: 'x\n' }), unknown);
});

test('what nobody knows is said to be so, also where there is no log at all', async () => {
  const { config } = scene();

  await assert.rejects(why(config, { id: 'o\u001b[31m' }), {
    code: 'nothing-found',
    message: /"o\\u001b\[31m" in ordering, billing .*All logs .* are empty/,
  });
});

function scene() {
  const data = mkdtempSync(join(folder, 'data-'));
  const store = sqlite(data);
  const { contexts, till } = twoContexts();
  return {
    store,
    till,
    config: { contexts, store, data },
    run: (t: TestContext, options: Partial<RunOptions> = {}): Promise<Application> =>
      start(t, contexts, { store, ...options }),
    /** The id of the message that an order was published as. */
    messageOf: async (orderId: string): Promise<string> => {
      const log = await store.reader('ordering');
      const all = await log.read({ after: 0, limit: 100, directions: ['outgoing'] });
      await log.close();
      return all.find(({ key }) => key === orderId)?.id ?? '';
    },
  };
}

function states({ answers }: Why): Record<string, string> {
  return Object.fromEntries(answers.map(({ subscription, state }) => [subscription, state.is]));
}

function answerOf({ answers }: Why, subscription: string): WhyAnswer {
  const found = answers.find((each) => each.subscription === subscription);
  assert.ok(found, `${subscription} is among ${answers.map((each) => each.subscription).join()}`);
  return found;
}
