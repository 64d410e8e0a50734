import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  order as timedOrder,
  place as placeTimed,
  shop as timedShop,
} from '../process/fixtures/deadlines.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import { type Charge, order, shop } from '../runtime/fixtures/shop.ts';
import { NotSettledError } from '../runtime/settled.ts';
import { ExpectationError } from './expectation-error.ts';
import { type TestApplication, testApplication } from './test-application.ts';
import type { TrackedSession } from './tracked-session.ts';

const charged: Charge = async () => undefined;
const down: Charge = async () => {
  throw new Error('The gateway is down.');
};
const STORY = `
  ordering: OrderPlaced o-1 {"id":"o-1"}
    ordering: published ordering.OrderPlaced
      billing: took in ordering.OrderPlaced
        billing: PaymentRequested {"id":"o-1"}
          billing: PaymentCompleted
            billing: published billing.PaymentCompleted
              ordering: took in billing.PaymentCompleted
                ordering: OrderConfirmed o-1
`;

test('what a command caused is told as a story, in all contexts, and nothing else', async (t) => {
  const session = await placed(await start(t, shop(charged)));

  session.thenOnly(STORY);
});

test('a story is drawn, and what is drawn can be told', async (t) => {
  const session = await placed(await start(t, shop(charged)));

  assert.match(
    session.toString(),
    /^ordering: OrderPlaced o-1 {"id":"o-1"}\n└─ ordering: published .*\n {3}└─ billing: took in /,
  );
  session.thenOnly(session.toString());
  assert.equal(session.tree[0]?.caused[0]?.caused[0]?.context, 'billing');
});

test('what is missing, unexpected or other is shown line by line', async (t) => {
  const session = await placed(await start(t, shop(charged)));
  const told = STORY.replace('PaymentRequested {"id":"o-1"}', 'PaymentRequested {"id":"o-2"}')
    .replace('OrderConfirmed', 'OrderCancelled')
    .replace('OrderPlaced o-1', 'OrderPlaced o-7');

  assert.equal(
    messageOf(() => session.thenOnly(told)),
    [
      'What happened is not what was told:',
      '  ~ ordering: OrderPlaced',
      '      key: expected "o-7", was "o-1"',
      '      ordering: published ordering.OrderPlaced',
      '        billing: took in ordering.OrderPlaced',
      '  ~       billing: PaymentRequested',
      '            id: expected "o-2", was "o-1"',
      '            billing: PaymentCompleted',
      '              billing: published billing.PaymentCompleted',
      '                ordering: took in billing.PaymentCompleted',
      '  -               ordering: OrderCancelled o-1',
      '  +               ordering: OrderConfirmed o-1 {"id":"o-1"}',
      '  (- expected, did not come · + came, was not expected · ~ came, but other)',
    ].join('\n'),
  );
});

test('something else that happened is not overlooked', async (t) => {
  const app = await start(t, shop(charged));
  const session = await app.track(async () => {
    await app.handle(order, 'o-1', place('o-1'));
    await app.handle(order, 'o-2', place('o-2'));
  });

  assert.match(
    messageOf(() => session.thenOnly(STORY)),
    /\n {2}\+ ordering: OrderPlaced o-2 /,
  );
  assert.match(messageOf(session.thenNothing), /\n {2}\+ ordering: OrderPlaced o-1 /);
});

test('only what was caused since is tracked; nothing is nothing', async (t) => {
  const app = await start(t, shop(charged));
  await app.handle(order, 'o-1', place('o-1'));

  const session = await app.track(() => app.advance('1 hour'));

  session.thenNothing();
  session.thenOnly('');
  assert.deepEqual(session.tree, []);
});

test('what was parked is in the story, under what it is about', async (t) => {
  const session = await placed(await start(t, shop(down)));

  session.thenOnly(`
    ordering: OrderPlaced
      ordering: published ordering.OrderPlaced
        billing: took in ordering.OrderPlaced
          billing: PaymentRequested
            billing: parked charge o-1 {"error":"The gateway is down."}
  `);
});

test('a timer is in the story when it is set, and again when it fires', async (t) => {
  const app = await start(t, [timedShop]);

  const first = await app.track(() => app.handle(timedOrder, 'o-1', placeTimed('o-1')));
  const later = await app.track(() => app.advance('3 days'));

  first.thenOnly(`
    shop: OrderPlaced o-1
      shop: set timer PaymentOverdue o-1 {"due":"2026-01-01T00:30:00.000Z"}
  `);
  later.thenOnly(`
    shop: timer PaymentOverdue o-1
      shop: OrderCancelled o-1
        shop: published shop.OrderCancelled
  `);
});

test('in what order two contexts did something does not count', async (t) => {
  const app = await start(t, shop(charged).toReversed());
  const session = await app.track(async () => {
    await app.handle(order, 'o-1', place('o-1'));
  });

  session.thenOnly(STORY);
});

test('what the tracked work throws comes out, and so does what does not settle', async (t) => {
  const app = await start(t, shop(charged));
  const mistake = new Error('A mistake in the test.');
  await assert.rejects(
    app.track(() => Promise.reject(mistake)),
    mistake,
  );
  const [ordering] = shop(charged);
  await app.pause(ordering, 'confirm when paid', { who: 'a test', why: 'to see it wait' });

  await assert.rejects(placed(app), NotSettledError);
});

test('a story that cannot be read says which line, and how it is written', async (t) => {
  const session = await placed(await start(t, shop(charged)));

  for (const line of ['OrderPlaced', 'ordering OrderPlaced', 'ordering: A b c', 'ordering: A {b}'])
    assert.match(
      messageOf(() => session.thenOnly(line)),
      /cannot be read: ".*"\. Write context: Type key/,
    );
  assert.match(
    messageOf(() => session.thenOnly(undefined as unknown as string)),
    /told as text/,
  );
});

test('names and keys with spaces are quoted', async (t) => {
  const app = await start(t, shop(charged));

  const id = 'a "great" order';
  const session = await app.track(() => app.handle(order, id, place(id)));

  assert.match(session.toString(), /^ordering: OrderPlaced "a \\"great\\" order" {"id":/);
  assert.equal(session.tree[0]?.key, id);
  session.thenOnly(session.toString());
});

const place = (id: string) => ({ type: 'PlaceOrder', data: { id } }) as const;

function placed(app: TestApplication): Promise<TrackedSession> {
  return app.track(() => app.handle(order, 'o-1', place('o-1')));
}

async function start(
  t: TestContext,
  contexts: readonly BoundedContext[],
): Promise<TestApplication> {
  const app = await testApplication(contexts);
  t.after(() => app.stop());
  return app;
}

function messageOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    assert.ok(error instanceof ExpectationError);
    return error.message;
  }
  return assert.fail('Nothing was thrown.');
}
