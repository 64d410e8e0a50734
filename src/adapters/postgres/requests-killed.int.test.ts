/**
 * Persons decide, while the processes that are to do it are killed with `kill -9` at any moment: each
 * decision is on record once, and has the effect that its record says, once.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import type { LogReader } from '../../log/log.ts';
import type { WaitingRow } from '../../log/waiting-row.ts';
import { type PendingTimer, pendingTimers } from '../../process/pending-timers.ts';
import { settledOrParked, until } from '../../runtime/fixtures/start.ts';
import { type Request, type RequestDetail, REQUESTS, requestRow } from '../../runtime/request.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { BOOK_IT, desk, letter, slip } from './fixtures/desk.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const by = { who: 'ann', why: 'mended' };
const ROUNDS = 8;
/** So many slips and letters are decided about in a round, of each third in another way. */
const DECIDED = 12;
const IDS = Array.from({ length: ROUNDS * DECIDED }, (_, index) => `n-${index}`);
const MENDED = 7;
const ALL = 10_000;
const children = new Set<ChildProcess>();
after(() => children.forEach((child) => child.kill('SIGKILL')));

test('kill -9 while decisions are done: each takes effect once, as the audit trail says', async (t) => {
  const url = await server.createDatabase();
  const store = postgres(url);
  await fill(url);
  const log = await store.reader('desk');
  t.after(() => log.close());
  const parked = await log.waiting({ subscription: BOOK_IT, kinds: ['parked'], limit: ALL });
  const { timers } = await pendingTimers([{ log }], { limit: ALL });
  assert.deepEqual([parked.length, timers.length], [IDS.length, IDS.length]);
  const running = [await living(url), await living(url)];
  const asked = new Map<string, Request>();

  let interrupted = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const requests = IDS.slice(round * DECIDED, (round + 1) * DECIDED).flatMap((id, index) => [
      ...aboutSlip(found(parked, id), index % 3),
      ...aboutLetter(found(timers, id), index % 3),
    ]);
    const left = [...requests, ...ofTheWhole(round)].map((request, index) =>
      requestRow(request, { id: `request-${round}-${index}`, at: Date.now() }),
    );
    for (const row of left) asked.set(row.recordId, JSON.parse(row.payload ?? ''));
    await store.leaveRequests('desk', { left });
    await wait(Math.random() * 400);
    running[round % 2]?.kill('SIGKILL');
    const open = (await log.waiting({ subscription: REQUESTS, limit: ALL })).length;
    console.log(`kill ${round + 1}: ${open} of ${left.length} requests open`);
    if (open > 0 && open < left.length) interrupted += 1;
    running[round % 2] = await living(url);
  }
  await until(async () => (await openRows(log)) === 0, 60_000);

  console.log(`${interrupted} of ${ROUNDS} kills came between decisions`);
  await assertDoneAsSaid(log, asked);
});

/** Slips that cannot be booked, and letters after which somebody is to be called. */
async function fill(url: string): Promise<void> {
  const app = await run([desk], { store: postgres(url), logger: silent });
  await Promise.all(
    IDS.map(async (id) => {
      await app.handle(slip, id, { type: 'Write', data: { id, pence: -MENDED } });
      await app.handle(letter, id, { type: 'Write', data: { id, pence: 0 } });
    }),
  );
  await settledOrParked(app);
  await app.stop();
}

async function living(url: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'fixtures', 'desk-process.ts'), [url], {
    execArgv: ['--conditions=thereupon-source', '--no-warnings'],
  });
  children.add(child);
  await once(child, 'message');
  return child;
}

/** Redriven with a mended copy, discarded, or both by two persons at once. */
function aboutSlip({ subscription, key, recordId }: WaitingRow, third: number): Request[] {
  const place = { subscription, key, recordId, ...by };
  const edited = { data: { id: key, pence: MENDED } };
  const redrive = { action: 'redrive', ...place, edited } as const;
  const discard = { action: 'discard', ...place } as const;
  return [[redrive], [discard], [redrive, discard]][third] ?? [];
}

/** Fired, cancelled, or both by two persons at once. */
function aboutLetter({ waitsUnder, id: recordId }: PendingTimer, third: number): Request[] {
  const place = { ...waitsUnder, recordId, ...by };
  const fire = { action: 'fire-timer', ...place } as const;
  const cancel = { action: 'cancel-timer', ...place } as const;
  return [[fire], [cancel], [fire, cancel]][third] ?? [];
}

/** About no single record: a subscription is paused and goes on with the next round. */
function ofTheWhole(round: number): Request[] {
  const action = round % 2 === 0 ? 'pause' : 'resume';
  return [
    { action, subscription: BOOK_IT, ...by },
    { action: 'rebuild', model: 'booked@1', ...by },
    { action: 'drop-model', model: 'booked@1', ...by },
  ];
}

function found<Waiting extends { readonly key: string }>(all: readonly Waiting[], id: string) {
  const one = all.find(({ key }) => key === id);
  assert.ok(one, `Nothing waits for ${id}.`);
  return one;
}

/** How many requests and records wait, of all that is to be done by itself. */
async function openRows(log: LogReader): Promise<number> {
  const rows = await log.waiting({ limit: ALL });
  return rows.filter(({ kind }) => kind !== 'timer').length;
}

async function assertDoneAsSaid(log: LogReader, asked: ReadonlyMap<string, Request>) {
  const operations = await log.operations(ALL);
  const ids = operations.map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), [...asked.keys()].toSorted(), 'each is on record once');

  const done = new Map<string, string[]>();
  for (const { id, detail } of operations) {
    const { refused } = JSON.parse(detail) as RequestDetail;
    const request = asked.get(id);
    if (request === undefined || !('recordId' in request) || refused !== undefined) continue;
    done.set(request.recordId, [...(done.get(request.recordId) ?? []), request.action]);
  }
  assert.equal(done.size, 2 * IDS.length);
  for (const [id, actions] of done) assert.equal(actions.length, 1, `${id}: ${actions.join()}`);

  const ofType = async (type: string) =>
    (await log.read({ after: 0, limit: ALL })).filter((each) => each.type === type);
  for (const [type, action] of [
    ['EntryWritten', 'redrive'],
    ['CallMade', 'fire-timer'],
  ] as const) {
    const times = [...done.values()].filter(([first]) => first === action).length;
    // What a timer leads to comes after it has fired.
    await until(async () => (await ofType(type)).length >= times, 30_000);
    const effects = await ofType(type);
    assert.equal(effects.length, times, `${type} as often as ${action} was done`);
    assert.equal(new Set(effects.map(({ stream }) => stream)).size, times, `${type} once for each`);
  }
  const entries = await ofType('EntryWritten');
  assert.ok(entries.every(({ data }) => JSON.parse(data).pence === MENDED));
}
