/**
 * What a shop's data says when nobody runs it, in files or in a database. Everything is read by plain
 * `select`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { allFlows, type Flow } from './audit/flows.ts';
import { contexts } from './contexts.ts';
import { acknowledgedFile } from './data-directory.ts';
import { documentsOf, rowsOf } from './log-rows-fixture.ts';
import type { ShopPlace } from './shop-place.ts';

/** The invoices that the replay was told are durable, and that are in no log. */
export async function lostInvoices(place: ShopPlace): Promise<string[]> {
  const path = acknowledgedFile(place.directory);
  if (!existsSync(path)) return [];
  const streams = new Set(
    (await Promise.all(['ordering', 'inventory'].map((name) => streamsOf(place, name)))).flat(),
  );
  const noted = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  return noted.filter((line) => {
    const { kind, id } = JSON.parse(line) as { kind: keyof typeof streamOf; id: string };
    return !streams.has(`${streamOf[kind]}/${id}`);
  });
}

const streamOf = { order: 'order', return: 'return-request', adjustment: 'adjustment' } as const;

async function streamsOf(place: ShopPlace, context: string): Promise<string[]> {
  const sql = 'select distinct stream from log where stream is not null';
  return (await rowsOf(place, context, sql)).map(([stream]) => String(stream));
}

/** By stream, what each delivery of an invoice asked for: the quantity of its first line. */
export async function deliveries(
  place: ShopPlace,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  const sql = `
    select stream, data from log
    where type in ('OrderPlaced', 'ReturnRequested', 'AdjustmentRecorded') and stream is not null
    order by position`;
  for (const name of ['ordering', 'inventory']) {
    for (const [stream, data] of await rowsOf(place, name, sql)) {
      const { lines } = JSON.parse(String(data)) as { lines: readonly { quantity: number }[] };
      const known = found.get(String(stream)) ?? [];
      found.set(String(stream), [...known, Number(lines[0]?.quantity)]);
    }
  }
  return found;
}

export type InFlight = {
  readonly openOrders: number;
  readonly messages: number;
  readonly waiting: number;
};

/** What was begun and is not done: the reason to test at all. */
export async function inFlight(place: ShopPlace): Promise<InFlight> {
  const openOrders = await rowsOf(place, 'ordering', openOrdersSql);
  let messages = 0;
  for (const flow of allFlows()) messages += await underWay(place, flow);
  let waiting = 0;
  for (const { name } of contexts) waiting += (await rowsOf(place, name, unfinishedSql)).length;
  return { openOrders: openOrders.length, messages, waiting };
}

/** Whether anything was begun and is not done. */
export function isSomething({ openOrders, messages, waiting }: InFlight): boolean {
  return openOrders + messages + waiting > 0;
}

/** A timer is nothing that was begun. */
const unfinishedSql = "select 1 from waiting where kind <> 'timer'";

/** Who waits for goods is at rest, and is left out. */
const openOrdersSql = `
  select key from log where type = 'OrderPlaced'
  except
  select key from log where type in ('OrderMarkedShipped', 'OrderCancelled', 'GoodsAwaited')`;

/** Messages that one context has published and another has not taken in. */
async function underWay(
  place: ShopPlace,
  { publisher, consumer, contracts }: Flow,
): Promise<number> {
  const outgoing = "select id, type from log where direction = 'outgoing'";
  const receivedSql = `select id from received where source = '${publisher}'`;
  const known = new Set((await rowsOf(place, consumer, receivedSql)).map(([id]) => id));
  return (await rowsOf(place, publisher, outgoing)).filter(
    ([id, type]) => contracts.has(String(type)) && !known.has(id),
  ).length;
}

/** All read models, document by document: what everybody sees of the shop. */
export async function allDocuments(
  place: ShopPlace,
): Promise<Record<string, Record<string, unknown>>> {
  const found: Record<string, Record<string, unknown>> = {};
  for await (const [model, documents] of documentsByModel(place)) found[model] = documents;
  return found;
}

/** The same, one read model after the other: of a year all at once take much memory. */
export async function* documentsByModel(
  place: ShopPlace,
): AsyncGenerator<[model: string, documents: Record<string, unknown>]> {
  for (const context of contexts) {
    for (const { name, version } of context.readModels) {
      const documents = await documentsOf(place, context.name, `${name}@${version}`);
      yield [`${context.name} ${name}`, Object.fromEntries(documents)];
    }
  }
}
