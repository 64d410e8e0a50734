/**
 * A shop that is killed, seen from outside: its process, and what its files say when nobody runs
 * them. Everything is read by plain `select`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { allFlows, type Flow } from './audit/flows.ts';
import { contexts } from './contexts.ts';
import { acknowledgedFile } from './data-directory.ts';

export type Replaying = { readonly child: ChildProcess; readonly output: () => string };

/** A replay in a process of its own, as `npm start -- --data DIR --orders FILE --exit` runs it. */
export function startReplay(directory: string, orders: string): Replaying {
  const program = join(import.meta.dirname, 'main.ts');
  const words = ['--data', directory, '--orders', orders, '--exit'];
  const child = spawn(process.execPath, [...process.execArgv, program, ...words], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  return { child, output: () => output };
}

/** By its pid, as a crash would end it. Answers whether it was still running. */
export async function kill(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.pid === undefined) return false;
  const ended = once(child, 'exit');
  process.kill(child.pid, 'SIGKILL');
  const [, signal] = (await ended) as [number | null, string | null];
  return signal === 'SIGKILL';
}

export function bytesAcknowledged(directory: string): number {
  const path = acknowledgedFile(directory);
  return existsSync(path) ? statSync(path).size : 0;
}

/** The invoices that the replay was told are durable, and that are in no log. */
export function lostInvoices(directory: string): string[] {
  const path = acknowledgedFile(directory);
  if (!existsSync(path)) return [];
  const streams = new Set(['ordering', 'inventory'].flatMap((name) => streamsOf(directory, name)));
  const noted = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  return noted.filter((line) => {
    const { kind, id } = JSON.parse(line) as { kind: keyof typeof streamOf; id: string };
    return !streams.has(`${streamOf[kind]}/${id}`);
  });
}

const streamOf = { order: 'order', return: 'return-request', adjustment: 'adjustment' } as const;

function streamsOf(directory: string, context: string): string[] {
  const sql = 'select distinct stream from log where stream is not null';
  return rows(directory, context, sql).map(([stream]) => String(stream));
}

/** By stream, what each delivery of an invoice asked for: the quantity of its first line. */
export function deliveries(directory: string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  const sql = `
    select stream, data ->> '$.lines[0].quantity' from log
    where type in ('OrderPlaced', 'ReturnRequested', 'AdjustmentRecorded') and stream is not null
    order by position`;
  for (const [stream, quantity] of ['ordering', 'inventory'].flatMap((name) =>
    rows(directory, name, sql),
  )) {
    const known = found.get(String(stream));
    if (known === undefined) found.set(String(stream), [Number(quantity)]);
    else known.push(Number(quantity));
  }
  return found;
}

export type InFlight = {
  readonly openOrders: number;
  readonly messages: number;
  readonly waiting: number;
};

/** What was begun and is not done: the reason to test at all. */
export function inFlight(directory: string): InFlight {
  return {
    openOrders: rows(directory, 'ordering', openOrdersSql).length,
    messages: allFlows().reduce((sum, flow) => sum + underWay(directory, flow), 0),
    waiting: contexts.reduce(
      (sum, { name }) => sum + rows(directory, name, unfinishedSql).length,
      0,
    ),
  };
}

/** A timer is nothing that was begun. */
const unfinishedSql = "select 1 from waiting where kind <> 'timer'";

/** Who waits for goods is at rest, and is left out. */
const openOrdersSql = `
  select key from log where type = 'OrderPlaced'
  except
  select key from log where type in ('OrderMarkedShipped', 'OrderCancelled', 'GoodsAwaited')`;

/** Messages that one context has published and another has not taken in. */
function underWay(directory: string, { publisher, consumer, contracts }: Flow): number {
  const outgoing = "select id, type from log where direction = 'outgoing'";
  const taken = rows(directory, consumer, 'select id from received where source = ?', publisher);
  const known = new Set(taken.map(([id]) => id));
  return rows(directory, publisher, outgoing).filter(
    ([id, type]) => contracts.has(String(type)) && !known.has(id as string),
  ).length;
}

/** All read models, document by document: what everybody sees of the shop. */
export function allDocuments(directory: string): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {};
  for (const context of contexts) {
    for (const { name, version } of context.readModels) {
      const sql = `select key, text from "documents:${name}@${version}" order by key`;
      const documents = rows(directory, context.name, sql).map(([key, text]) => [
        key,
        JSON.parse(String(text)),
      ]);
      found[`${context.name} ${name}`] = Object.fromEntries(documents);
    }
  }
  return found;
}

function rows(
  directory: string,
  context: string,
  sql: string,
  ...parameters: readonly string[]
): unknown[][] {
  const path = join(directory, `${context}.sqlite`);
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const isMade = database.prepare("select 1 from sqlite_schema where name = 'log'").get();
    if (isMade === undefined) return [];
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all(...parameters) as unknown as unknown[][];
  } finally {
    database.close();
  }
}
