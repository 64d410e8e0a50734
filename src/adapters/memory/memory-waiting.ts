import type { WaitingCount, WaitingQuery } from '../../log/log.ts';
import type { WaitingKey, WaitingRow } from '../../log/waiting-row.ts';
import { compareText } from './field-order.ts';

/** The waiting rows of one log, by subscription. */
export class MemoryWaiting {
  readonly #subscriptions = new Map<string, Map<string, WaitingRow>>();

  put(row: WaitingRow): void {
    const kept = Object.freeze({ ...row, error: row.error && Object.freeze({ ...row.error }) });
    const rows = this.#subscriptions.get(row.subscription);
    if (rows === undefined) this.#subscriptions.set(row.subscription, new Map([[idOf(row), kept]]));
    else rows.set(idOf(row), kept);
  }

  remove(done: WaitingKey): void {
    this.#subscriptions.get(done.subscription)?.delete(idOf(done));
  }

  find(query: WaitingQuery): WaitingRow[] {
    const order = query.dueBefore === undefined ? bySubscription : byDue;
    return this.#candidates(query)
      .filter((row) => matches(row, query))
      .toSorted(order)
      .slice(0, query.limit);
  }

  counts(): WaitingCount[] {
    const counts = new Map<string, WaitingCount>();
    for (const { subscription, kind } of this.#all()) {
      const name = `${kind} ${subscription}`;
      counts.set(name, { subscription, kind, count: (counts.get(name)?.count ?? 0) + 1 });
    }
    return [...counts.values()].toSorted(
      (a, b) => compareText(a.subscription, b.subscription) || compareText(a.kind, b.kind),
    );
  }

  #candidates(query: WaitingQuery): WaitingRow[] {
    if (query.subscription === undefined) return this.#all();
    return [...(this.#subscriptions.get(query.subscription)?.values() ?? [])];
  }

  #all(): WaitingRow[] {
    return [...this.#subscriptions.values()].flatMap((rows) => [...rows.values()]);
  }
}

function idOf(row: WaitingKey): string {
  return JSON.stringify([row.key, row.recordId]);
}

function matches(row: WaitingRow, query: WaitingQuery): boolean {
  return (
    (query.key === undefined || row.key === query.key) &&
    (query.kinds === undefined || query.kinds.includes(row.kind)) &&
    (query.slots === undefined ||
      (row.slot >= query.slots.first && row.slot <= query.slots.last)) &&
    (query.correlationId === undefined || row.correlationId === query.correlationId) &&
    (query.dueBefore === undefined || row.due < query.dueBefore)
  );
}

function byDue(a: WaitingRow, b: WaitingRow): number {
  return a.due - b.due || a.position - b.position || bySubscription(a, b);
}

function bySubscription(a: WaitingRow, b: WaitingRow): number {
  return (
    compareText(a.subscription, b.subscription) ||
    a.position - b.position ||
    compareText(a.key, b.key) ||
    compareText(a.recordId, b.recordId)
  );
}
