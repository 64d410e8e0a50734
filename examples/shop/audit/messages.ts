/**
 * Messages between contexts: each one that was published is in the log of each context that
 * listens to it, exactly once, and has been passed by each subscription that handles it there.
 */
import type { Books } from './books.ts';
import { equation, side, type Equation } from './equation.ts';
import type { Flow } from './flows.ts';

export function auditMessages(books: Books, flows: readonly Flow[]): Equation[] {
  const incoming = new Map<string, ReadonlyMap<string, Taken>>();
  return flows.map((flow) => {
    const taken = incoming.get(flow.consumer) ?? takenInBy(books, flow.consumer);
    incoming.set(flow.consumer, taken);
    return auditFlow(books, flow, taken);
  });
}

/** What a context took in of one contract, and which of it lies beyond a position. */
type Taken = { readonly source: string; readonly ids: Map<string, number>; doubled: string[] };

function takenInBy(books: Books, consumer: string): ReadonlyMap<string, Taken> {
  const taken = new Map<string, Taken>();
  // Through the whole log once: few of its records came from elsewhere, and no index says which.
  const rows = books.rows<readonly [string, string, string, number]>(`
    select source, type, id, position from ${consumer}.log not indexed
    where direction = 'incoming'`);
  for (const [source, type, id, position] of rows) {
    const key = `${source} ${type}`;
    let one = taken.get(key);
    if (one === undefined) taken.set(key, (one = { source, ids: new Map(), doubled: [] }));
    if (one.ids.has(id)) one.doubled.push(id);
    one.ids.set(id, position);
  }
  return taken;
}

function auditFlow(books: Books, flow: Flow, taken: ReadonlyMap<string, Taken>): Equation {
  const { publisher, consumer } = flow;
  const faults: string[] = [];
  let publishedCount = 0;
  let takenCount = 0;
  for (const contract of flow.contracts) {
    const one = taken.get(`${publisher} ${contract}`);
    const missing = new Set<string>(one?.ids.keys());
    takenCount += missing.size + (one?.doubled.length ?? 0);
    // By log_outgoing.
    const rows = books.rows<readonly [string]>(
      `select id from ${publisher}.log indexed by log_outgoing
       where direction = 'outgoing' and type = ?`,
      contract,
    );
    for (const [id] of rows) {
      publishedCount += 1;
      if (!missing.delete(id)) faults.push(`${contract} ${id} never came to ${consumer}`);
    }
    for (const id of missing) faults.push(`${contract} ${id} came, and was never published`);
    for (const id of one?.doubled ?? []) faults.push(`${contract} ${id} came twice`);
  }
  faults.push(...unhandled(books, flow, taken));
  return equation(
    `Messages from ${publisher} to ${consumer}`,
    side(`published (${publisher})`, publishedCount, 'messages'),
    side(`taken in once and handled (${consumer})`, takenCount, 'messages'),
    faults,
  );
}

function unhandled(books: Books, flow: Flow, taken: ReadonlyMap<string, Taken>): string[] {
  const { publisher, consumer } = flow;
  return [...flow.handledBy].flatMap(([subscription, contracts]) => {
    // One row for each range of slots: what all of them have passed.
    const position = books.figure(
      `select min(position) from ${consumer}.checkpoints where subscription = ?`,
      subscription,
    );
    let count = 0;
    for (const contract of contracts) {
      const ids = taken.get(`${publisher} ${contract}`)?.ids ?? new Map<string, number>();
      for (const at of ids.values()) if (at > position) count += 1;
    }
    if (count === 0) return [];
    return [`"${subscription}" of ${consumer} has ${count} of them still to handle`];
  });
}
