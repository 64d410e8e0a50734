import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Application } from 'thereupon';
import { GatewayError } from '../gateway/gateway-error.ts';
import { TestGateway } from '../shop-fixture.ts';
import { shopApi } from './api.ts';
import { DocumentedAnswers, type OpenApiDocument } from './documented-answers.ts';
import { problemKinds } from './problem-kinds.ts';
import { honestGateway, setPrices, startTestShop, type TestShop } from './shop-fixture.ts';

const heart = '85123A';

describe('the shop by HTTP', () => {
  let shop: TestShop;
  let api: ReturnType<typeof shopApi>;
  let documented: DocumentedAnswers;
  const gateway = new TestGateway();

  before(async () => {
    shop = await startTestShop();
    api = shopApi({ app: shop.app, watched: shop.app, gateway, newId: randomUUID });
    const document = (await (await api.request('/openapi.json')).json()) as OpenApiDocument;
    documented = new DocumentedAnswers(document);
  });
  after(() => shop.stop());

  /** Every answer of these tests is held against the document. */
  async function ask(path: string, init: RequestInit = {}, of = api): Promise<Answer> {
    const request = new Request(`http://shop${path}`, init);
    const answer = await of.fetch(request.clone());
    await documented.check(request, answer);
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
  }

  function post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  const basket = (quantity = 1, productId = heart): unknown => ({
    country: 'France',
    lines: [{ productId, quantity }],
  });

  async function shippedOrder(quantity: number): Promise<string> {
    const { body } = await post('/orders', basket(quantity));
    await shop.app.settled();
    return body.orderId;
  }

  test('a placed order is 201 with its address and a token', async () => {
    const { status, headers, body } = await post('/orders', basket(3));

    assert.equal(status, 201);
    assert.equal(headers.get('location'), `/orders/${body.orderId}`);
    assert.match(body.token, /^ordering:/);
    assert.equal(body.order.totalPence, 765);
  });

  test('an order can be read with the token of its placing', async () => {
    const placed = await post('/orders', basket());

    const location = placed.headers.get('location') ?? '';
    const { status, body } = await ask(
      `${location}?after=${encodeURIComponent(placed.body.token)}`,
    );

    assert.equal(status, 200);
    assert.equal(body.orderId, placed.body.orderId);
  });

  test('an order is shipped when stock and payment are there', async () => {
    const orderId = await shippedOrder(2);

    const { body } = await ask(`/orders/${orderId}`);

    assert.equal(body.status, 'shipped');
  });

  test('an order for more than there is waits for goods, and says until when', async () => {
    const { body: placed } = await post('/orders', basket(5_000));
    await shop.app.settled();

    const { body } = await ask(`/orders/${placed.orderId}`);

    assert.equal(body.status, 'placed');
    const waitsMs = Date.parse(body.goodsAwaitedUntil ?? '') - Date.parse(placed.order.placedAt);
    assert.equal(waitsMs, 14 * 24 * 60 * 60 * 1_000);
  });

  test('the same request with the same key is one order, whatever the price is by then', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await post('/orders', basket(2, '22423'), headers);
    await setPrices(shop.app, [
      { productId: '22423', description: 'REGENCY CAKESTAND 3 TIER', unitPriceMils: 99_000 },
    ]);
    await shop.app.settled();

    const second = await post('/orders', basket(2, '22423'), headers);

    assert.equal(second.status, 201);
    assert.equal(second.body.orderId, first.body.orderId);
    assert.equal(second.body.order.totalPence, 2 * 1_275);
  });

  test('requests with one key at the same moment are one order', async () => {
    const headers = { 'idempotency-key': randomUUID() };

    const answers = await Promise.all([1, 2, 3, 4].map(() => post('/orders', basket(), headers)));

    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ body }) => body.orderId)).size, 1);
  });

  test('without a key, the same request twice is two orders', async () => {
    const first = await post('/orders', basket());
    const second = await post('/orders', basket());

    assert.notEqual(first.body.orderId, second.body.orderId);
  });

  test('a key that was used for another body is refused', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    await post('/orders', basket(1), headers);

    const { status, body } = await post('/orders', basket(2), headers);

    assert.deepEqual([status, body.code], [422, 'command-id-reused']);
  });

  test('a key that was used to place an order cannot cancel one', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const { body } = await post('/orders', basket(), headers);

    const { status } = await post(`/orders/${body.orderId}/cancellation`, '', headers);

    assert.equal(status, 422);
  });

  test('an order is cancelled before it has left, and once', async () => {
    const { body } = await post('/orders', basket());
    const headers = { 'idempotency-key': randomUUID() };
    const path = `/orders/${body.orderId}/cancellation`;

    const first = await post(path, '', headers);
    const second = await post(path, '', headers);
    await shop.app.settled();

    assert.deepEqual([first.status, second.status], [202, 202]);
    const { body: ended } = await ask(`/orders/${body.orderId}`);
    assert.deepEqual([ended.status, ended.cancelledFor], ['cancelled', 'customer']);
  });

  test('a shipped order is not cancelled any more', async () => {
    const orderId = await shippedOrder(1);

    const { status, body } = await post(`/orders/${orderId}/cancellation`, '');

    assert.deepEqual([status, body.code], [409, 'order-already-shipped']);
  });

  test('goods come back for the price that was paid, and only as many as were bought', async () => {
    const orderId = await shippedOrder(3);
    const lines = [{ productId: heart, quantity: 2 }];
    const headers = { 'idempotency-key': randomUUID() };

    const taken = await post(`/orders/${orderId}/returns`, { lines }, headers);
    const repeated = await post(`/orders/${orderId}/returns`, { lines }, headers);
    const tooMany = await post(`/orders/${orderId}/returns`, { lines });
    await shop.app.settled();

    assert.deepEqual([taken.status, taken.body.refundPence], [201, 510]);
    assert.deepEqual(repeated.body.returnId, taken.body.returnId);
    assert.deepEqual([tooMany.status, tooMany.body.code], [409, 'more-than-bought']);
    const { body } = await ask(`/orders/${orderId}`);
    assert.deepEqual([body.refundedPence, body.lines[0]?.returned], [510, 2]);
  });

  test('what nobody ordered is 404, whatever it is called', async () => {
    for (const id of ['unknown', '🎁', '"; drop table log; --', 'a\nb', '%00']) {
      const { status, body } = await ask(`/orders/${encodeURIComponent(id)}`);

      assert.deepEqual([status, body.code], [404, 'order-unknown'], id);
    }
    assert.equal((await post('/orders/🎁/cancellation', '')).status, 404);
    const { status } = await post('/orders/🎁/returns', {
      lines: [{ productId: heart, quantity: 1 }],
    });
    assert.equal(status, 404);
  });

  test('a product that is not sold is named, emoji and all', async () => {
    const { status, body } = await post('/orders', basket(1, '🎁'));

    assert.equal(status, 422);
    assert.deepEqual(body.errors, [{ at: 'lines.0.productId', detail: '"🎁" is not sold here.' }]);
  });

  test('a body that is no JSON is 400', async () => {
    const { status, body } = await post('/orders', '{"country":');

    assert.deepEqual([status, body.code], [400, 'body-not-json']);
  });

  test('a body that is not as documented is 400, with each place that is wrong', async () => {
    const lines = [{ productId: heart, quantity: 1.5 }, { productId: heart }];
    const { status, body } = await post('/orders', { lines, surprise: true });

    assert.deepEqual([status, body.code], [400, 'request-not-valid']);
    assert.deepEqual(
      body.errors?.map(({ at }) => at),
      ['country', 'lines.0.quantity', 'lines.1.quantity', ''],
    );
  });

  test('a body that would reach for prototypes is 400', async () => {
    const { status } = await post(
      '/orders',
      `{"__proto__":{"isAdmin":true},"country":"France","lines":[{"productId":"A","quantity":1}]}`,
    );

    assert.equal(status, 400);
  });

  test('a body that is too large is 413, whether it says so or not', async () => {
    const large = JSON.stringify({ country: 'x'.repeat(100_000) });
    const stream = new Response(large).body;
    const headers = { 'content-type': 'application/json' };

    const said = await post('/orders', large, { 'content-length': `${large.length}` });
    const unsaid = await api.request('/orders', {
      method: 'POST',
      body: stream,
      headers,
      duplex: 'half',
    } as RequestInit);

    assert.equal(said.status, 413);
    assert.equal(unsaid.status, 413);
  });

  test('a body of another media type is 415', async () => {
    const { status } = await post('/orders', 'country=France', { 'content-type': 'text/plain' });

    assert.equal(status, 415);
  });

  test('a token of nobody is 400, one of another life of the shop is 503', async () => {
    const { body } = await post('/orders', basket());

    const nonsense = await ask(`/orders/${body.orderId}?after=nonsense`);
    const foreign = await ask(`/orders/${body.orderId}?after=ordering:another-epoch:1`);
    const elsewhere = await ask(`/orders/${body.orderId}?after=nowhere:epoch:1`);

    assert.deepEqual([nonsense.status, nonsense.body.code], [400, 'invalid-token']);
    assert.deepEqual([elsewhere.status, elsewhere.body.code], [400, 'token-out-of-reach']);
    assert.deepEqual([foreign.status, foreign.body.retryable], [503, true]);
  });

  test('products, stock and orders are listed', async () => {
    const { orderId } = (await post('/orders', basket())).body;

    const products = await ask('/products?limit=2');
    const product = await ask(`/products/${heart.toLowerCase()}`);
    const stock = await ask('/stock?atMost=1000');
    const latest = await ask('/orders?limit=1');
    const shippedOnes = await ask('/orders?status=shipped');

    assert.equal(products.body.products.length, 2);
    assert.equal(product.body.unitPriceMils, 2_550);
    assert.ok(stock.body.stock.length > 0);
    assert.equal(latest.body.orders[0]?.orderId, orderId);
    assert.ok(shippedOnes.body.orders.every(({ status }) => status === 'shipped'));
    assert.equal((await ask('/products/🎁')).status, 404);
    assert.equal((await ask('/products?limit=0')).status, 400);
    assert.equal((await ask('/stock?atMost=few')).status, 400);
    assert.equal((await ask('/orders?status=lost')).status, 400);
  });

  test('the overview adds up', async () => {
    await shippedOrder(1);

    const { body } = await ask('/overview');

    const { orders, money, health } = body;
    const count = Object.values(orders as unknown as Record<string, number>);
    assert.ok(count.reduce((sum, each) => sum + each, 0) > 10);
    assert.ok(money.chargedPence > money.refundedPence);
    assert.equal(health, 'green');
  });

  test('what is our own fault is 500, told to us and not to the caller', async () => {
    const told: unknown[] = [];
    const secret = new TypeError('the password is swordfish');
    const broken = {
      read: () => {
        throw secret;
      },
    } as unknown as Application;
    const reportError = (error: unknown): void => void told.push(error);

    const answer = await ask(
      '/orders/1',
      {},
      shopApi({ app: broken, gateway, newId: String, reportError }),
    );

    assert.equal(answer.status, 500);
    assert.doesNotMatch(JSON.stringify(answer.body), /swordfish/);
    assert.deepEqual(told, [secret]);
  });

  test('the payment gateway is switched off and on, and the overview says so', async () => {
    const put = (body: unknown): Promise<Answer> =>
      ask('/gateway', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });

    assert.equal((await put({ status: 'off' })).body.status, 'off');
    assert.equal((await ask('/gateway')).body.status, 'off');
    assert.equal((await ask('/overview')).body.gateway, 'off');
    assert.equal((await put({ status: 'on' })).body.status, 'on');
    assert.equal((await put({ status: 'gone' })).status, 400);
  });

  test('a payment gateway that cannot be reached is no fault of the request, and worth another try', async () => {
    const unreachable = {
      status: 'gone' as const,
      switchTo: () => Promise.reject(new GatewayError('gateway-unreachable', 'switch on')),
    };
    const { app } = shop;
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'PUT', headers, body: '{"status":"on"}' };

    const { status, body } = await ask(
      '/gateway',
      init,
      shopApi({ app, gateway: unreachable, newId: String }),
    );

    assert.deepEqual([status, body.code, body.retryable], [503, 'gateway-unreachable', true]);
  });

  test('each problem has the code, the status and the title that the document states', async () => {
    const text = await (await api.request('/openapi.json')).text();
    for (const [code, { status, title }] of Object.entries(problemKinds)) {
      const failing = {
        read: () => {
          throw Object.assign(new Error(`because of ${code}`), { code });
        },
      } as unknown as Application;
      const of = shopApi({ app: failing, gateway, newId: String, reportError: () => {} });
      const headers = { 'content-type': 'application/json' };
      const order = { method: 'POST', headers, body: JSON.stringify(basket()) };

      // What is not there is looked for; anything else can happen to an order. Both are documented.
      const answer =
        status === 404 ? await ask('/orders/1', {}, of) : await ask('/orders', order, of);

      const { type, code: told, title: says } = answer.body;
      assert.deepEqual([answer.status, told, says], [status, code, title]);
      assert.equal(type, `urn:thereupon-shop:problem:${code}`);
      assert.ok(text.includes(`\`${code}\`: ${title}.`), `${code} is not documented`);
    }
  });

  test('an address with nothing behind it is a problem, too', async () => {
    const answer = await api.request('/nothing/here');

    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  });

  test('the document is OpenAPI 3.1 as its own schema says', async () => {
    const document = (await (await api.request('/openapi.json')).json()) as Record<string, unknown>;

    const { valid, errors } = await new Validator().validate(document);

    assert.ok(valid, JSON.stringify(errors));
    assert.equal(document['openapi'], '3.1.0');
  });

  test('each kind of success that the document promises was seen here', () => {
    const unseen = documented.promised().filter((about) => /2\d\d$/.test(about));

    assert.deepEqual(
      unseen.filter((about) => !documented.seen.has(about)),
      [],
    );
  });

  test('the page comes with all it needs, and asks nobody else', async () => {
    const page = await api.request('/');
    const text = await page.text();

    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/);
    for (const [, path = ''] of text.matchAll(/(?:src|href)="([^"#]+)"/g)) {
      assert.ok(path.startsWith('/') && !path.startsWith('//'), `${path} is elsewhere`);
      // The console lets in this machine only.
      const here = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
      assert.equal((await api.request(path, {}, here)).status, 200, path);
    }
  });
});

test('an order whose payment fails is cancelled, and its goods are back on the shelf', async () => {
  const declining = {
    ...honestGateway,
    charge: async () => ({ status: 'declined' as const, reason: 'the card was declined' }),
  };
  const { app, stop } = await startTestShop(declining);
  const api = shopApi({ app, gateway: new TestGateway(), newId: randomUUID });
  const body = JSON.stringify({ country: 'France', lines: [{ productId: heart, quantity: 3 }] });
  const headers = { 'content-type': 'application/json' };
  const placed = await api.request('/orders', { method: 'POST', body, headers });
  await app.settled();

  const order = (await (await api.request(placed.headers.get('location') ?? '')).json()) as Body;
  const product = (await (await api.request(`/products/${heart}`)).json()) as Body;
  await stop();

  assert.deepEqual([order.status, order.cancelledFor], ['cancelled', 'payment']);
  assert.equal(product.available, 480);
});

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Body };
/** All that any answer here holds; which of it is there is what the tests say. */
type Body = {
  readonly orderId: string;
  readonly returnId: string;
  readonly token: string;
  readonly order: Body;
  readonly status: string;
  readonly cancelledFor: string | null;
  readonly goodsAwaitedUntil: string | null;
  readonly placedAt: string;
  readonly totalPence: number;
  readonly refundPence: number;
  readonly refundedPence: number;
  readonly unitPriceMils: number;
  readonly available: number;
  readonly lines: readonly { readonly returned: number }[];
  readonly code: string;
  readonly type: string;
  readonly title: string;
  readonly retryable: boolean;
  readonly errors?: readonly { readonly at: string; readonly detail: string }[];
  readonly products: readonly unknown[];
  readonly stock: readonly unknown[];
  readonly orders: readonly Body[];
  readonly money: { readonly chargedPence: number; readonly refundedPence: number };
  readonly health: string;
  readonly gateway: string;
};
