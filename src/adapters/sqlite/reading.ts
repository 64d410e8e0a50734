import type { Clock } from '../../host/clock.ts';
import type { LogReader } from '../../log/log.ts';
import { type Asked, asking } from './asking.ts';
import * as documentQueries from './document-queries.ts';
import type { Where } from './errors.ts';
import * as keptQueries from './kept-queries.ts';
import { models } from './model-tables.ts';
import * as progressQueries from './progress-queries.ts';
import { readInWindows } from './reading-in-windows.ts';
import * as recordQueries from './record-queries.ts';
import * as waitingQueries from './waiting-queries.ts';

/** The questions of the port, apart from what belongs to being open. */
export type Reading = Omit<LogReader, 'context' | 'epoch' | 'onChange' | 'close'>;

/** All questions of the port. While there is no log yet the answers are those of an empty one. */
export function reading(where: Where, clock: Clock, asked: Asked): Reading {
  const ask = asking(where, clock, asked);
  return {
    head: () => ask(0, recordQueries.head),
    read: (query) =>
      query.directions === undefined && query.types === undefined
        ? ask([], (open) => recordQueries.readAll(open, query))
        : readInWindows(ask, clock, query, (open, part) =>
            recordQueries.readSome(open, query, part),
          ),
    readStream: (stream, query) => ask([], (open) => recordQueries.readStream(open, stream, query)),
    streamVersion: (stream) => ask(0, (open) => recordQueries.streamVersion(open, stream)),
    streams: (query) => ask([], (open) => recordQueries.streams(open, query)),
    recordsById: (ids) => ask([], (open) => recordQueries.recordsById(open, ids)),
    recordsOfAction: (correlationId, limit) =>
      ask([], (open) => recordQueries.recordsOfAction(open, correlationId, limit)),
    snapshot: (stream) => ask(undefined, (open) => keptQueries.snapshot(open, stream)),
    command: (id) => ask(undefined, (open) => keptQueries.command(open, id)),
    checkpoints: () => ask([], progressQueries.checkpoints),
    marks: () => ask([], progressQueries.marks),
    received: (source, ids) =>
      ask(new Set<string>(), (open) => progressQueries.received(open, source, ids)),
    floor: (source) => ask(0, (open) => progressQueries.floor(open, source)),
    waiting: (query) => ask([], (open) => waitingQueries.waiting(open, query)),
    waitingCounts: () => ask([], waitingQueries.waitingCounts),
    operations: (limit) => ask([], (open) => keptQueries.operations(open, limit)),
    document: (model, key) => ask(undefined, (open) => documentQueries.document(open, model, key)),
    documents: (model, keys) =>
      ask(new Map<string, string>(), (open) => documentQueries.documents(open, model, keys)),
    findDocuments: (model, query) =>
      ask([], (open) => documentQueries.findDocuments(open, model, query)),
    countDocuments: (model, where) =>
      ask(0, (open) => documentQueries.countDocuments(open, model, where)),
    models: () => ask([], models),
  };
}
