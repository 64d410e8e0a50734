import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { order, place, see } from '../inspection/fixtures/two-contexts.ts';
import { failureOf, watched } from './fixtures/watched.ts';

describe('what the page asks', () => {
  let scene: Scene;

  before(async () => {
    scene = await watched();
    const { app, till } = scene;
    till.refused.add('2');
    await app.handle(order, '1', place('1'), { correlationId: 'first' });
    await app.handle(order, '1', see('1'));
    await app.handle(order, '2', place('2'), { correlationId: 'second' });
    await app.handle(order, '2-later', place('2-later'));
    await app.settled().catch(() => undefined);
  });
  after(() => scene.close());

  const ask: Scene['ask'] = (name, asked) => scene.ask(name, asked);

  test('who asks, and what of', async () => {
    const about = await ask('about', {});

    assert.deepEqual(about.contexts, ['ordering', 'billing']);
    assert.equal(about.role, 'operator');
    assert.equal(about.store, 'memory');
  });

  test('what the wiring declares, of all contexts and inside of one', async () => {
    const all = await ask('flows', {});
    const inside = await ask('flows', { context: 'billing' });

    assert.ok(all.nodes.some(({ name }) => name === 'ordering.OrderPlaced'));
    assert.ok(inside.nodes.some(({ name }) => name === 'charge the card'));
  });

  test('how far everything is, and what of what is declared was seen', async () => {
    const { readers } = await ask('lag', {});
    const { types } = await ask('seen', {});

    const till = readers.find(({ name }) => name === 'ask for payment');
    assert.deepEqual(till?.waiting, { parked: 1, held: 1 });
    assert.ok(types.some(({ type }) => type === 'OrderSeen'));
  });

  test('what an action caused, and why a record is not handled', async () => {
    const trace = await ask('trace', { id: 'second' });
    const why = await ask('why', { id: trace.actions[0]?.causes[0]?.caused[0]?.id ?? '' });

    assert.deepEqual(trace.actions[0]?.contexts, ['ordering', 'billing']);
    assert.ok(why.answers.some(({ state }) => state.is === 'parked'));
  });

  test('records page by page to the beginning, none twice and none left out', async () => {
    const ids: string[] = [];
    let before = '';
    do {
      const page = await ask('records', { limit: '3', ...(before === '' ? {} : { before }) });
      ids.push(...page.records.map(({ id, context }) => context + id));
      before = page.next ?? '';
    } while (before !== '');

    assert.equal(new Set(ids).size, ids.length);
    // Each order is an event, a message and what Billing takes in; one was seen as well.
    assert.equal(ids.length, 3 * 3 + 1);
  });

  test('only the records that are chosen, and one of them alone', async () => {
    const { records } = await ask('records', {
      context: 'ordering',
      types: 'OrderSeen',
      directions: 'domain',
    });
    const [seen] = records;
    const alone = await ask('record', { context: 'ordering', position: `${seen?.position}` });

    assert.equal(records.length, 1);
    assert.deepEqual(alone, seen);
  });

  test('records up to a time', async () => {
    const { records } = await ask('records', { until: '2001-01-01T00:00:00Z' });

    assert.deepEqual(records, []);
  });

  test('streams, one of them, and its state at a version', async () => {
    const { streams } = await ask('streams', { by: 'activity', aggregate: 'order' });
    const stream = await ask('stream', { id: 'order/1' });
    const state = await ask('state', { id: 'order/1', version: '1' });

    assert.equal(streams.length, 3);
    assert.deepEqual(
      stream.records.map(({ type }) => type),
      ['OrderPlaced', 'OrderSeen'],
    );
    assert.equal(state.event?.type, 'OrderPlaced');
  });

  test('what is parked, and one of it in full', async () => {
    const [group] = (await ask('parked', {})).groups;
    const [parked] = group?.parked ?? [];
    const { recordId: id = '', key = '' } = parked ?? {};
    const one = await ask('parked-record', { id, key, subscription: 'ask for payment' });

    assert.equal(group?.errorCode, 'worthless');
    assert.equal(one.held.count, 1);
    assert.equal(one.record?.type, 'ordering.OrderPlaced');
  });

  test('contracts with their schemas, timers, processes and the audit trail', async () => {
    const { contracts } = await ask('contracts', {});

    assert.deepEqual(Object.keys(contracts[0]?.schema?.['properties'] ?? {}), ['orderId', 'pence']);
    assert.equal(contracts[0]?.consumers[0]?.context, 'billing');
    assert.deepEqual((await ask('timers', {})).timers, []);
    assert.deepEqual((await ask('processes', {})).managers, []);
    assert.deepEqual((await ask('audit', {})).operations, []);
  });

  test('what is asked wrongly, and what is not known, is told as such', async () => {
    const wrong: readonly (readonly [string, number])[] = [
      ['trace', 400],
      ['trace?id=nobody-knows', 404],
      ['state?id=order/1&version=1.5', 400],
      ['state?id=order/1&version=1&time=2020-01-01T00:00:00Z', 400],
      ['records?until=yesterday', 400],
      ['records?before=nonsense', 400],
      ['lag?context=nowhere', 400],
      ['processes?process=nobody', 404],
      ['record?context=ordering&position=999', 404],
      ['nothing', 404],
      ['constructor', 404],
    ];
    for (const [path, status] of wrong) {
      const answer = await scene.get(`api/${path}`);
      assert.equal(answer.status, status, path);
      const { code, message } = await failureOf(answer);
      assert.ok(code.length > 0 && message.length > 10, path);
    }
  });
});

test('an operator redrives and discards what is parked, and the audit trail says who and why', async () => {
  const { app, till, ask, act, post, close } = await watched();
  try {
    till.refused.add('1').add('2');
    await app.handle(order, '1', place('1'));
    await app.handle(order, '2', place('2'));
    await app.settled().catch(() => undefined);
    const [group] = (await ask('parked', {})).groups;
    const [one, two] = (group?.parked ?? []).map(({ recordId, key }) => ({
      context: 'billing',
      subscription: 'ask for payment',
      recordId,
      key,
      why: 'mended',
    }));
    assert.ok(one && two);

    const again = await act('redrive', one);
    till.refused.clear();
    const done = await act('redrive', one);
    const gone = await act('discard', two);

    assert.equal(again.state, 'parked-again');
    assert.equal(done.state, 'done');
    assert.equal(gone.state, 'done');
    assert.deepEqual((await ask('parked', {})).groups, []);
    const { operations } = await ask('audit', {});
    assert.deepEqual(
      operations.map(({ action, why, recordId }) => [action, why, recordId]),
      [
        ['discard', 'mended', two.recordId],
        ['redrive', 'mended', one.recordId],
        ['redrive', 'mended', one.recordId],
      ],
    );
    // Asked for once more, it is not parked any more.
    assert.equal((await post('redrive', one)).status, 404);
  } finally {
    await close();
  }
});

test('a subscription is paused and goes on again, and the page sees by whom', async () => {
  const { app, ask, act, close } = await watched();
  const asked = { context: 'billing', subscription: 'ask for payment', why: 'the bank is closed' };
  try {
    const paused = await act('pause', asked);
    const again = await act('pause', asked);
    await app.handle(order, '1', place('1'));
    const reader = async () =>
      (await ask('lag', {})).readers.find(({ name }) => name === 'ask for payment');
    const waits = await reader();
    const resumed = await act('resume', asked);
    await app.settled();

    assert.equal(paused.outcome.state, 'done');
    assert.equal(again.outcome.state, 'refused');
    assert.equal(waits?.paused?.why, 'the bank is closed');
    assert.equal(resumed.outcome.state, 'done');
    assert.equal((await reader())?.paused, null);
  } finally {
    await close();
  }
});

test('a timer that is not set any more is not fired, nor cancelled', async () => {
  const { act, close } = await watched();
  try {
    const asked = { context: 'billing', timer: 'none', why: 'in a hurry' };
    assert.equal((await act('fire-timer', asked)).outcome.state, 'refused');
    assert.equal((await act('cancel-timer', asked)).outcome.state, 'refused');
  } finally {
    await close();
  }
});

test('a parked record is redriven with an edited copy, which is kept beside its own data', async () => {
  const { app, till, ask, act, close } = await watched();
  try {
    till.refused.add('1');
    await app.handle(order, '1', place('1'));
    await app.settled().catch(() => undefined);
    const [group] = (await ask('parked', {})).groups;
    const { recordId = '', key = '' } = group?.parked[0] ?? {};
    const named = { context: 'billing', subscription: 'ask for payment', recordId, key };

    const unfit = await act('redrive', { ...named, edited: { data: { orderId: 1 } }, why: 'typo' });
    const data = { orderId: '1', pence: 250 };
    const again = await act('redrive', { ...named, edited: { data }, why: 'the price was wrong' });
    const one = await ask('parked-record', { id: recordId, key });
    till.refused.clear();
    const done = await act('redrive', { ...named, why: 'mended' });

    assert.equal(unfit.state, 'refused');
    assert.match(unfit.why ?? '', /orderId/);
    assert.equal(again.state, 'parked-again');
    assert.deepEqual(one.record?.data, { orderId: '1', pence: 100 });
    assert.deepEqual(one.edited?.data, data);
    assert.equal(one.edited?.why, 'the price was wrong');
    assert.equal(done.state, 'done');
  } finally {
    await close();
  }
});

test('the versions of a read model are told, and one that the code knows is not dropped', async () => {
  const { ask, act, close } = await watched();
  try {
    const { versions } = await ask('models', { context: 'ordering' });
    const asked = { context: 'ordering', model: 'book@1', why: 'not needed' };
    const { outcome } = await act('drop-model', asked);

    assert.deepEqual(
      versions.map(({ model, isListed }) => [model, isListed]),
      [['book@1', true]],
    );
    assert.equal(outcome.state, 'refused');
  } finally {
    await close();
  }
});

test('a read model is rebuilt, and that is on record', async () => {
  const { app, ask, act, close } = await watched();
  try {
    await app.handle(order, '1', place('1'));
    await app.settled();

    const asked = { context: 'ordering', model: 'book@1', why: 'a new field' };
    const { outcome } = await act('rebuild', asked);

    assert.notEqual(outcome.state, 'refused');
    while ((await ask('audit', {})).operations.length === 0);
  } finally {
    await close();
  }
});

test('a request is taken back once, by whom stands in the audit trail, and what is over stays so', async () => {
  const { app, ask, act, close } = await watched();
  try {
    await app.stop();
    const asked = { context: 'ordering', model: 'book@1', why: 'a new field' };
    const { request, outcome } = await act('rebuild', asked);
    const taking = { context: 'ordering', request: request ?? '', why: 'too slow' };

    const back = await act('take-back', taking);
    const again = await act('take-back', taking);
    const { operations } = await ask('audit', {});

    assert.equal(outcome.state, 'waits');
    assert.deepEqual([back.state, again.state], ['taken-back', 'over']);
    assert.deepEqual((await ask('requests', {})).requests, []);
    assert.deepEqual(
      operations.map(({ action, why, subscription }) => [action, why, subscription]),
      [['take-back', 'too slow', 'book@1']],
    );
  } finally {
    await close();
  }
});

test('an action without a reason, or with less than it needs, does nothing', async () => {
  const { post, close } = await watched();
  try {
    const bodies = [
      { context: 'ordering', model: 'book@1' },
      { context: 'ordering', model: 'book@1', why: '' },
      { context: 'nowhere', model: 'book@1', why: 'because' },
      { model: 'book@1', why: 'because' },
      { context: 'ordering', model: 7, why: 'because' },
      [],
      'text',
    ];
    for (const body of bodies) {
      const answer = await post('rebuild', body);
      assert.equal(answer.status, 400, JSON.stringify(body));
    }
  } finally {
    await close();
  }
});

type Scene = Awaited<ReturnType<typeof watched>>;
