/** The gateway as the shop has it: a real process, real HTTP, a real file. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GatewayClient } from './client.ts';
import { behaviourFor, type Behaviour } from './misbehaviour.ts';
import { startGateway, type RunningGateway } from './start.ts';

// Far more than an answer takes that is not late, on a machine that waits for its disk.
const lateMs = 1500;
let directory: string;
let dataFile: string;
let gateway: RunningGateway;
let client: GatewayClient;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gateway-'));
  dataFile = join(directory, 'gateway.sqlite');
  gateway = await startGateway({ dataFile, lateMs });
  client = new GatewayClient({ port: gateway.port });
});
after(async () => {
  client.close();
  await gateway.stop();
  await rm(directory, { recursive: true });
});

// Each test takes order numbers of its own, which fare as it needs.
let lastOrder = 0;
function orderThat(behaviour: Behaviour): string {
  for (;;) {
    const orderId = `order-${++lastOrder}`;
    if (behaviourFor(orderId) === behaviour) return orderId;
  }
}

type Row = {
  idempotency_key: string;
  order_id: string;
  amount_pence: number;
  status: string;
  requests: number;
  at: string;
};
function rowsFor(table: 'charges' | 'refunds', orderId: string, file = dataFile): Row[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(`select * from ${table} where order_id = ?`).all(orderId);
  database.close();
  return rows as Row[];
}

test('a charge is in the file when its answer comes', async () => {
  const orderId = orderThat('answers');

  const answer = await client.charge({ orderId, amountPence: 1530 }, { idempotencyKey: orderId });

  assert.equal(answer.status, 'charged');
  const [row, ...others] = rowsFor('charges', orderId);
  assert.deepEqual(others, []);
  assert.equal(row?.idempotency_key, orderId);
  assert.equal(row.amount_pence, 1530);
  assert.equal(row.status, 'charged');
  assert.equal(row.requests, 1);
  assert.match(row.at, /^\d{4}-\d\d-\d\dT.*Z$/);
});

test('the same key again is answered as the first time and charges nothing', async () => {
  const charge = { orderId: orderThat('answers'), amountPence: 200 };
  const options = { idempotencyKey: charge.orderId };

  const first = await client.charge(charge, options);
  const second = await client.charge(charge, options);

  assert.deepEqual(second, first);
  assert.deepEqual(
    rowsFor('charges', charge.orderId).map((row) => row.requests),
    [2],
  );
});

test('twenty requests with one key at once make one charge', async () => {
  const charge = { orderId: orderThat('answers'), amountPence: 200 };
  const calls = Array.from({ length: 20 }, () =>
    client.charge(charge, { idempotencyKey: charge.orderId }),
  );

  const answers = await Promise.all(calls);

  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  assert.deepEqual(
    rowsFor('charges', charge.orderId).map((row) => row.requests),
    [20],
  );
});

test('a key used for something else is refused, and asking again cannot help', async () => {
  const orderId = orderThat('answers');
  await client.charge({ orderId, amountPence: 200 }, { idempotencyKey: orderId });

  await assert.rejects(client.charge({ orderId, amountPence: 201 }, { idempotencyKey: orderId }), {
    name: 'GatewayError',
    code: 'gateway-request-refused',
    retryable: false,
  });
  assert.deepEqual(
    rowsFor('charges', orderId).map((row) => row.amount_pence),
    [200],
  );
});

test('a declined charge is an answer, and stays declined', async () => {
  const charge = { orderId: orderThat('declines'), amountPence: 200 };
  const options = { idempotencyKey: charge.orderId };

  const first = await client.charge(charge, options);
  const second = await client.charge(charge, options);

  assert.deepEqual(first, { status: 'declined', reason: 'the card was declined' });
  assert.deepEqual(second, first);
  assert.deepEqual(
    rowsFor('charges', charge.orderId).map((row) => [row.status, row.requests]),
    [['declined', 2]],
  );
});

test('when the answer is lost the money was taken once, and asking again tells so', async () => {
  const charge = { orderId: orderThat('loses-the-answer'), amountPence: 200 };
  const options = { idempotencyKey: charge.orderId };

  await assert.rejects(client.charge(charge, options), {
    code: 'gateway-answer-lost',
    retryable: true,
  });
  const answer = await client.charge(charge, options);

  assert.equal(answer.status, 'charged');
  assert.deepEqual(
    rowsFor('charges', charge.orderId).map((row) => [row.status, row.requests]),
    [['charged', 2]],
  );
});

test('a late answer comes late the first time only', async () => {
  const charge = { orderId: orderThat('answers-late'), amountPence: 200 };
  const options = { idempotencyKey: charge.orderId };
  const hasty = new GatewayClient({ port: gateway.port, timeoutMs: lateMs / 3 });

  await assert.rejects(hasty.charge(charge, options), {
    code: 'gateway-timed-out',
    retryable: true,
  });
  const answer = await hasty.charge(charge, options);

  hasty.close();
  assert.equal(answer.status, 'charged');
});

test('who waits for a late answer gets it', async () => {
  const orderId = orderThat('answers-late');
  const asked = performance.now();

  const answer = await client.charge({ orderId, amountPence: 200 }, { idempotencyKey: orderId });

  assert.equal(answer.status, 'charged');
  assert.ok(performance.now() - asked >= lateMs - 1);
});

test('switched off it says so at once and records nothing; switched on, all goes on', async () => {
  const charge = { orderId: orderThat('answers'), amountPence: 200 };
  const options = { idempotencyKey: charge.orderId };

  await client.switchGateway('off');
  await assert.rejects(client.charge(charge, options), { code: 'gateway-off', retryable: true });
  assert.deepEqual(rowsFor('charges', charge.orderId), []);

  await client.switchGateway('on');
  assert.equal((await client.charge(charge, options)).status, 'charged');
});

test('a refund is recorded once, and never beyond what was charged', async () => {
  const orderId = orderThat('answers');
  const refund = (refundId: string, amountPence: number) =>
    client.refund({ orderId, refundId, amountPence }, { idempotencyKey: refundId });
  await client.charge({ orderId, amountPence: 500 }, { idempotencyKey: orderId });

  const first = await refund(`${orderId}/a`, 300);
  const again = await refund(`${orderId}/a`, 300);
  const beyond = await refund(`${orderId}/b`, 201);
  const rest = await refund(`${orderId}/c`, 200);

  assert.deepEqual(first, { status: 'refunded', refundId: `${orderId}/a` });
  assert.deepEqual(again, first);
  assert.deepEqual(beyond, {
    status: 'declined',
    reason: 'only 200 pence of the order are left to refund',
  });
  assert.equal(rest.status, 'refunded');
  assert.deepEqual(
    rowsFor('refunds', orderId).map((row) => [row.amount_pence, row.status, row.requests]),
    [
      [300, 'refunded', 2],
      [201, 'declined', 1],
      [200, 'refunded', 1],
    ],
  );
});

test('a call can be given up, with the reason of its signal', async () => {
  const charge = { orderId: orderThat('answers-late'), amountPence: 200 };
  const reason = new Error('no longer wanted');
  const giveUp = new AbortController();

  const call = client.charge(charge, { idempotencyKey: 'given up', signal: giveUp.signal });
  giveUp.abort(reason);

  await assert.rejects(call, reason);
});

const wrongRequests: Record<
  string,
  { headers?: Record<string, string>; body: string; status: number }
> = {
  'no Idempotency-Key': { body: '{"orderId":"1","amountPence":1}', status: 400 },
  'no JSON': { headers: { 'idempotency-key': 'w' }, body: 'x', status: 400 },
  'no order': { headers: { 'idempotency-key': 'w' }, body: '{"amountPence":1}', status: 400 },
  'half a penny': {
    headers: { 'idempotency-key': 'w' },
    body: '{"orderId":"1","amountPence":0.5}',
    status: 400,
  },
  'a charge of nothing': {
    headers: { 'idempotency-key': 'w' },
    body: '{"orderId":"1","amountPence":0}',
    status: 400,
  },
  'a body without end': { headers: { 'idempotency-key': 'w' }, body: ' '.repeat(1e6), status: 413 },
};
for (const [name, { headers = {}, body, status }] of Object.entries(wrongRequests)) {
  test(`a request with ${name} is answered with ${status} and a sentence`, async () => {
    const url = `http://127.0.0.1:${gateway.port}/charges`;

    const response = await fetch(url, { method: 'POST', headers, body });

    assert.equal(response.status, status);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.match(((await response.json()) as { title: string }).title, /\w+ .*\.$/);
  });
}

test('what the gateway does not serve is not found', async () => {
  assert.equal((await fetch(`http://127.0.0.1:${gateway.port}/charges`)).status, 404);
});

test('a gateway that was stopped answers as before when it is back', async () => {
  const file = join(directory, 'stopped.sqlite');
  const charge = { orderId: orderThat('answers'), amountPence: 200 };
  const options = { idempotencyKey: charge.orderId };

  const before = await startGateway({ dataFile: file });
  const clientBefore = new GatewayClient({ port: before.port });
  const first = await clientBefore.charge(charge, options);
  clientBefore.close();
  await before.stop();
  assert.deepEqual(await before.ended, { exitCode: 0, signal: null });
  await assert.rejects(clientBefore.charge(charge, options), { code: 'gateway-unreachable' });

  const back = await startGateway({ dataFile: file });
  const clientAfter = new GatewayClient({ port: back.port });
  const second = await clientAfter.charge(charge, options);
  clientAfter.close();
  await back.stop();

  assert.deepEqual(second, first);
});

test('stopping waits for a running request and for no idle connection', async () => {
  const leaving = await startGateway({ dataFile: join(directory, 'leaving.sqlite'), lateMs });
  const last = new GatewayClient({ port: leaving.port });
  const idle = orderThat('answers');
  const late = orderThat('answers-late');
  await last.charge({ orderId: idle, amountPence: 1 }, { idempotencyKey: idle });

  const running = last.charge({ orderId: late, amountPence: 1 }, { idempotencyKey: late });
  await delay(lateMs / 3);
  const asked = performance.now();
  await leaving.stop();

  assert.equal((await running).status, 'charged');
  assert.deepEqual(await leaving.ended, { exitCode: 0, signal: null });
  assert.ok(performance.now() - asked < 2 * lateMs);
  last.close();
});

test('a charge that was answered survives kill -9 of the gateway', async () => {
  const file = join(directory, 'killed.sqlite');
  const killed = await startGateway({ dataFile: file });
  const impatient = new GatewayClient({ port: killed.port });
  const answered: string[] = [];
  const enough = Promise.withResolvers<void>();
  const pay = async (index: number) => {
    for (let turn = 0; ; turn++) {
      const orderId = `killed-${index}-${turn}`;
      const charge = { orderId, amountPence: 1 };
      const answer = await impatient
        .charge(charge, { idempotencyKey: orderId })
        .catch((error: Error & { code: string }) => error);
      if (!(answer instanceof Error)) answered.push(orderId);
      else if (behaviourFor(orderId) !== 'loses-the-answer') return;
      if (answered.length === 50) enough.resolve();
    }
  };

  const payers = Array.from({ length: 8 }, (_, index) => pay(index));
  await Promise.race([enough.promise, Promise.all(payers)]);
  process.kill(killed.pid, 'SIGKILL');
  await Promise.all(payers);
  impatient.close();

  assert.equal((await killed.ended).signal, 'SIGKILL');
  assert.ok(answered.length >= 50);
  const missing = answered.filter((orderId) => rowsFor('charges', orderId, file).length !== 1);
  assert.deepEqual(missing, []);
});

test('the gateway ends when the shop is killed with -9', async () => {
  const start = fileURLToPath(import.meta.resolve('./start.ts'));
  const file = join(directory, 'orphan.sqlite');
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const { startGateway } = await import(${JSON.stringify(start)});
       console.log((await startGateway({ dataFile: ${JSON.stringify(file)} })).port);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const health = `http://127.0.0.1:${Number(String(printed))}/health`;
  assert.equal((await fetch(health)).status, 200);

  parent.kill('SIGKILL');
  await once(parent, 'exit');

  let isThere = true;
  for (let turn = 0; isThere && turn < 1000; turn++) {
    await delay(20);
    isThere = await fetch(health).then(
      () => true,
      () => false,
    );
  }
  assert.ok(!isThere);
});

test('a gateway that cannot run says why in one line', async () => {
  const main = fileURLToPath(import.meta.resolve('./main.ts'));
  for (const [programArguments, says] of [
    [[], /--data FILE is missing/],
    [['--data', join(directory, 'no', 'such', 'x.sqlite')], /unable to open database file/],
    [
      ['--data', dataFile, '--port', '70000'],
      /--port takes a whole number from 0 to 65535; not "70000"/,
    ],
    [['--data', dataFile, '--port', String(gateway.port)], /EADDRINUSE/],
    [['--date', dataFile], /--date/],
  ] as const) {
    const program = spawn(process.execPath, [main, ...programArguments], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    const [pieces, [exitCode]] = await Promise.all([
      program.stderr.toArray(),
      once(program, 'exit'),
    ]);
    const message = Buffer.concat(pieces as Buffer[]).toString();
    assert.equal(exitCode, 1, message);
    assert.match(message, /^The gateway cannot run: /);
    assert.match(message, says);
    assert.equal(message.trim().split('\n').length, 1, message);
  }
});

test('starting a gateway that cannot run is an error, not a wait', async () => {
  await assert.rejects(startGateway({ dataFile, port: gateway.port }), {
    name: 'GatewayStartError',
    code: 'gateway-not-started',
  });
});
