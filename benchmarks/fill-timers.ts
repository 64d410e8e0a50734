import type { Store } from '../src/log/store.ts';
import type { WaitingRow } from '../src/log/waiting-row.ts';
import { TIMERS, timerRow } from '../src/process/timer-row.ts';

/** Rows in one write set. */
const ROWS = 1_000;

/** A log with timers that wait, one second apart, as the processes of an application set them. */
export async function fillTimers(
  store: Store,
  context: string,
  { count, due }: { readonly count: number; readonly due: number },
): Promise<void> {
  const log = await store.open(context);
  for (let first = 0; first < count; first += ROWS) {
    const length = Math.min(ROWS, count - first);
    const waiting = Array.from({ length }, (_, index) => waitingTimer(first + index, due));
    await log.commit([{ waiting }]);
  }
  await log.close();
}

export function waitingTimer(index: number, due: number): WaitingRow {
  const id = `timer-${index}`;
  return timerRow(
    {
      kind: 'process',
      process: 'patience',
      timer: 'PatienceEnded',
      key: `pending-${index}`,
      causationId: id,
      traceparent: null,
      metadata: null,
    },
    {
      subscription: TIMERS,
      id,
      due: due + 1_000 * index,
      position: 0,
      correlationId: `action-${index}`,
      since: due,
    },
  );
}
