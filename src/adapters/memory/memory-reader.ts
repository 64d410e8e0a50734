import type { LogReader } from '../../log/log.ts';
import { compareText } from './field-order.ts';
import type { MemoryContents } from './memory-contents.ts';
import type { MemoryHandle } from './memory-handle.ts';

/** The questions of the port, each answered from what is committed now. */
export function memoryReader(handle: MemoryHandle): LogReader {
  const { contents } = handle;
  return {
    context: contents.context,
    get epoch() {
      return contents.epoch;
    },
    head: () => handle.ask(({ records }) => records.head),
    read: (query) => handle.ask(({ records }) => records.read(query)),
    readStream: (stream, query) => handle.ask(({ records }) => records.readStream(stream, query)),
    streamVersion: (stream) => handle.ask(({ records }) => records.version(stream)),
    streams: (query) => handle.ask(({ records }) => records.streams(query)),
    recordsById: (ids) => handle.ask(({ records }) => records.recordsById(ids)),
    recordsOfAction: (correlationId, limit) =>
      handle.ask(({ records }) => records.recordsOfAction(correlationId, limit)),
    snapshot: (stream) => handle.ask(({ snapshots }) => snapshots.get(stream)),
    command: (id) => handle.ask(({ commands }) => commands.get(id)),
    checkpoints: () => handle.ask(sortedCheckpoints),
    marks: () => handle.ask(sortedMarks),
    received: (source, ids) => handle.ask(({ received }) => received.received(source, ids)),
    floor: (source) => handle.ask(({ received }) => received.floor(source)),
    waiting: (query) => handle.ask(({ waiting }) => waiting.find(query)),
    waitingCounts: () => handle.ask(({ waiting }) => waiting.counts()),
    operations: (limit) => handle.ask((open) => latestOperations(open, limit)),
    document: (model, key) => handle.ask(({ documents }) => documents.text(model, key)),
    documents: (model, keys) => handle.ask(({ documents }) => documents.texts(model, keys)),
    findDocuments: (model, query) => handle.ask(({ documents }) => documents.find(model, query)),
    countDocuments: (model, where) => handle.ask(({ documents }) => documents.count(model, where)),
    models: () => handle.ask(({ documents }) => documents.models()),
    onChange: (listener) => handle.listen(listener),
    close: () => handle.close(),
  };
}

function sortedCheckpoints({ checkpoints }: MemoryContents) {
  return [...checkpoints.values()].toSorted(
    (a, b) => compareText(a.subscription, b.subscription) || a.firstSlot - b.firstSlot,
  );
}

function sortedMarks({ marks }: MemoryContents) {
  return [...marks.values()].toSorted(
    (a, b) => compareText(a.source, b.source) || compareText(a.contract, b.contract),
  );
}

// The latest first; of one millisecond, the one that came last.
function latestOperations({ operations }: MemoryContents, limit: number) {
  return [...operations.values()]
    .toReversed()
    .toSorted((a, b) => b.at - a.at)
    .slice(0, limit);
}
