import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import type { WriteSet } from '../log/write-set.ts';

/** The timers that a unit of work sets and takes back, each as it is at the end. */
export class CollectedTimers {
  /** Made when something is set: most units of work set no timer. */
  #timers: Map<string, WaitingRow | WaitingKey> | undefined;

  set(row: WaitingRow): void {
    this.#put(row);
  }

  cancel({ subscription, key, recordId }: WaitingKey): void {
    this.#put({ subscription, key, recordId });
  }

  /** Takes over what a later unit collected. */
  merge(later: CollectedTimers): void {
    for (const timer of later.#timers?.values() ?? []) this.#put(timer);
  }

  /** All of it, as it is to be written. */
  writes(): Pick<Required<WriteSet>, 'waiting' | 'done'> {
    if (this.#timers === undefined) return NONE;
    const timers = [...this.#timers.values()];
    return { waiting: timers.filter(isRow), done: timers.filter((timer) => !isRow(timer)) };
  }

  #put(timer: WaitingRow | WaitingKey): void {
    (this.#timers ??= new Map<string, WaitingRow | WaitingKey>()).set(idOf(timer), timer);
  }
}

const NONE: Pick<Required<WriteSet>, 'waiting' | 'done'> = { waiting: [], done: [] };

function isRow(timer: WaitingRow | WaitingKey): timer is WaitingRow {
  return 'kind' in timer;
}

function idOf({ subscription, key, recordId }: WaitingKey): string {
  return JSON.stringify([subscription, key, recordId]);
}
