import type { PublishedLog } from '../../log/store.ts';
import type { MemoryHandle } from './memory-handle.ts';

/** The published half of a log: its outgoing records, its epoch and its head, nothing else. */
export function memoryPublishedLog(handle: MemoryHandle): PublishedLog {
  return {
    epoch: () => handle.ask(({ epoch }) => epoch),
    head: () => handle.ask(({ records }) => records.head),
    read: (query) =>
      handle.ask(({ records }) => records.read({ ...query, directions: ['outgoing'] })),
    onChange: (listener) => handle.listen(listener),
    close: () => handle.close(),
  };
}
