/** Holds the audit of the shop's books against what a simulated run has left. */
import type { DatabaseSync } from 'node:sqlite';
import type { SettledWorld } from 'thereupon/testing';
import { auditBooks } from '../audit/audit.ts';
import { Books, contextNames } from '../audit/books.ts';
import { emptyBooks } from '../audit/empty-books.ts';
import type { GatewayRow, SimulatedGateway } from './gateway.ts';

/** @throws {UnbalancedError} naming the equations that do not hold. */
export async function auditRun(world: SettledWorld<{ gateway: SimulatedGateway }>): Promise<void> {
  shelf ??= booksWithGateway();
  // In one transaction, as each row of its own would be one otherwise.
  shelf.exec('begin');
  try {
    for (const context of contextNames) await copyLog(shelf, world, context);
    copyGateway(shelf, 'charges', world.outside.gateway.charges.values());
    copyGateway(shelf, 'refunds', world.outside.gateway.refunds.values());
  } finally {
    shelf.exec('commit');
  }
  const wrong = auditBooks(new Books(shelf)).equations.filter(({ isBalanced }) => !isBalanced);
  if (wrong.length > 0) throw new UnbalancedError(wrong);
}

/** One for all runs of a thread: tables are made once. */
let shelf: DatabaseSync | undefined;

function booksWithGateway(): DatabaseSync {
  const database = emptyBooks('memory');
  database.exec(`attach ':memory:' as gateway`);
  for (const table of ['charges', 'refunds'])
    database.exec(`create table gateway.${table}
      (idempotency_key text, order_id text, amount_pence integer, status text, requests integer)`);
  return database;
}

async function copyLog(
  books: DatabaseSync,
  { log, records }: SettledWorld,
  context: string,
): Promise<void> {
  for (const table of ['log', 'checkpoints', 'waiting', '"documents:stock-levels@1"'])
    books.exec(`delete from ${context}.${table}`);
  const reader = await log(context);
  const insert = books.prepare(`insert into ${context}.log values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const record of records(context)) {
    const { position, id, direction, stream, version, type, key, source, occurredAt } = record;
    const data = JSON.stringify(record.data);
    const place = [position, id, direction, stream, version] as const;
    insert.run(...place, type, key, data, source, occurredAt);
  }
  const pass = books.prepare(`insert into ${context}.checkpoints values (?, ?)`);
  for (const { subscription, position } of await reader.checkpoints())
    pass.run(subscription, position);
  const wait = books.prepare(`insert into ${context}.waiting values (?, ?, ?, ?)`);
  for (const { subscription, kind, due, payload } of await reader.waiting({ limit: 1_000 }))
    wait.run(subscription, kind, due, payload);
  const tell = books.prepare(`insert into ${context}."documents:stock-levels@1" values (?, ?)`);
  const levels = await reader.findDocuments('stock-levels@1', { where: [], limit: 1_000 });
  for (const { key, text } of levels) tell.run(key, text);
}

function copyGateway(
  books: DatabaseSync,
  table: 'charges' | 'refunds',
  rows: Iterable<GatewayRow>,
): void {
  books.exec(`delete from gateway.${table}`);
  const insert = books.prepare(`insert into gateway.${table} values (?, ?, ?, ?, ?)`);
  for (const { idempotencyKey, orderId, amountPence, status, requests } of rows)
    insert.run(idempotencyKey, orderId, amountPence, status, requests);
}

class UnbalancedError extends Error {
  override readonly name = 'UnbalancedError';

  constructor(wrong: ReturnType<typeof auditBooks>['equations']) {
    const lines = wrong.flatMap(({ name, left, right, faults }) => [
      `${name}: ${left.value} ${left.says}, ${right.value} ${right.says}`,
      ...faults.map((fault) => `  ${fault}`),
    ]);
    super(lines.join('\n'));
  }
}
