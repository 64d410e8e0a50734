import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DocumentQuery } from '../../log/document-query.ts';
import type { Log, WaitingQuery } from '../../log/log.ts';
import type { Direction, NewRecord } from '../../log/record.ts';
import type { WaitingRow } from '../../log/waiting-row.ts';
import type { WriteSet } from '../../log/write-set.ts';
import { sqlite } from '../sqlite/sqlite-store.ts';
import { memory } from './memory-store.ts';

/**
 * What is proven in memory must hold on disk: whatever is done to both logs, both answer the same.
 * Few names and small numbers, so that things meet.
 */

test('whatever is written and asked, memory answers as SQLite does', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
  const onDisk = sqlite(directory, { durability: 'normal' });
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
        run += 1;
        const logs = [await memory().open('ordering'), await onDisk.open(`run-${run}`)] as const;
        for (const [index, act] of actions.entries()) {
          const [inMemory, inFile] = await Promise.all(logs.map((log) => answer(log, act, index)));
          assert.deepEqual(inMemory, inFile, JSON.stringify(act));
        }
        const [inMemory, inFile] = await Promise.all(logs.map(everythingIn));
        assert.deepEqual(inMemory, inFile);
        await Promise.all(logs.map((log) => log.close()));
      }),
      { numRuns: 40 },
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

const DIRECTIONS: Direction[] = ['domain', 'outgoing', 'incoming'];
const small = fc.integer({ min: 0, max: 3 });
const NAMES = ['a', 'b', 'B', ''];
const name = fc.constantFrom(...NAMES);
const text = fc.constantFrom('', 'a', 'A', 'é', '\uff01', '🎁', '10', '9', 'null', "'", '"');
const value = fc.oneof(
  text,
  fc.constantFrom(0, 1, -1, 1.5, 10, 2 ** 53 - 1, 1e-7, 1e21),
  fc.boolean(),
  fc.constant(null),
);
const field = fc.constantFrom('x', 'y', 'z');
const jsonValue = fc.oneof(
  { weight: 6, arbitrary: value },
  { weight: 1, arbitrary: fc.constantFrom([1], { b: 1 }) },
);

const records = fc.array(
  fc.record({
    kind: fc.constantFrom('event', 'outgoing', 'incoming', 'clash'),
    stream: name,
    version: fc.integer({ min: 1, max: 4 }),
    type: name,
    at: small,
    correlationId: name,
  }),
  { maxLength: 4 },
);

const waitingKey = fc.record({ subscription: name, key: name, recordId: name });
const waitingRow = fc.tuple(waitingKey, small, small, fc.constantFrom('retry', 'parked', 'held'));
const documentWrite = fc.record({
  model: fc.constantFrom('a', 'b', 'none'),
  key: text,
  text: fc.option(fc.dictionary(field, jsonValue), { freq: 5 }),
});

const writeSet = fc.record(
  {
    expects: fc.array(fc.record({ stream: name, version: small }), { maxLength: 1 }),
    records,
    command: fc.record({ id: name, at: small }),
    fences: fc.array(fc.record({ subscription: name, epoch: small }), { maxLength: 1 }),
    moves: fc.array(fc.record({ subscription: name, epoch: small, from: small, to: small }), {
      maxLength: 1,
    }),
    marks: fc.array(fc.record({ source: name, contract: name, epoch: name, position: small }), {
      maxLength: 2,
    }),
    documents: fc.array(documentWrite, { maxLength: 5 }),
    waiting: fc.array(waitingRow, { maxLength: 3 }),
    done: fc.array(waitingKey, { maxLength: 2 }),
    operations: fc.array(fc.record({ id: name, at: small }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const condition = fc.oneof(
  fc.record({
    field,
    operator: fc.constantFrom('equals', 'above', 'atLeast', 'below', 'atMost'),
    value,
  }),
  fc.record({ field, operator: fc.constant('in'), value: fc.array(value, { maxLength: 3 }) }),
);

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('commit'),
      writeSets: fc.array(writeSet, { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('transaction'), writeSet }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('claim'), subscription: name, position: small }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('define'),
      model: fc.constantFrom('a', 'b'),
      index: fc.uniqueArray(field),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('drop'), model: fc.constantFrom('a', 'b') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('replace'), model: fc.constantFrom('a', 'b') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget'), before: small }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('find'),
      model: fc.constantFrom('a', 'b'),
      where: fc.array(condition, { maxLength: 2 }),
      orderBy: fc.option(
        fc.record({ field, direction: fc.constantFrom('ascending', 'descending') }),
      ),
      limit: fc.integer({ min: 0, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('read'),
      after: small,
      limit: small,
      types: fc.option(fc.array(name, { maxLength: 2 })),
      directions: fc.option(fc.subarray(DIRECTIONS)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('waiting'),
      query: fc.record(
        { subscription: name, key: name, dueBefore: small, correlationId: name },
        { requiredKeys: [] },
      ),
    }),
  },
);

type Drawn<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** What a log answers to an action; an error answers with its name. */
async function answer(log: Log, act: Drawn<typeof action>, index: number): Promise<unknown> {
  try {
    return await perform(log, act, index);
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

async function perform(log: Log, act: Drawn<typeof action>, index: number): Promise<unknown> {
  switch (act.do) {
    case 'commit':
      return log.commit(act.writeSets.map((drawn, nth) => writeSetOf(drawn, `${index}-${nth}`)));
    case 'transaction':
      return log.transaction(async () => ({
        result: index,
        writeSet: writeSetOf(act.writeSet, `${index}`),
      }));
    case 'claim': {
      const { subscription, position } = act;
      const range = { subscription, firstSlot: 0, lastSlot: 255 };
      return log.claim({ ...range, position, owner: `owner-${index}`, fingerprint: 'f' });
    }
    case 'define':
      return log.defineModel(act.model, act.index);
    case 'drop':
      return log.dropModel(act.model, act.model);
    case 'replace':
      return log.replaceModel({ from: act.model, to: act.model === 'a' ? 'b' : 'a' });
    case 'forget':
      return log.forget(act.before);
    case 'find': {
      const { model, limit, orderBy } = act;
      const where = act.where as DocumentQuery['where'];
      const found = log.findDocuments(model, { where, limit, ...(orderBy && { orderBy }) });
      return [await found, await log.countDocuments(model, where)];
    }
    case 'read': {
      const { after, limit, types, directions } = act;
      return log.read({ after, limit, ...(types && { types }), ...(directions && { directions }) });
    }
    case 'waiting':
      return rowsOf(log, act.query);
  }
}

/** Rows that compare equal come in any order: by their names here. */
async function rowsOf(log: Log, query: Omit<WaitingQuery, 'limit'>): Promise<unknown> {
  const rows = await log.waiting({ ...query, limit: 100 });
  const order = rows.map((row) => (query.dueBefore === undefined ? row.subscription : row.due));
  const id = (row: WaitingRow): string => JSON.stringify([row.subscription, row.key, row.recordId]);
  return [order, rows.toSorted((a, b) => (id(a) < id(b) ? -1 : 1))];
}

async function everythingIn(log: Log): Promise<object> {
  return {
    head: await log.head(),
    records: await log.read({ after: 0, limit: 1_000 }),
    streams: await Promise.all(NAMES.map((stream) => log.readStream(stream, { limit: 100 }))),
    streamsByName: await log.streams({ limit: 100 }),
    actions: await Promise.all(NAMES.map((each) => log.recordsOfAction(each, 100))),
    commands: await Promise.all(NAMES.map((each) => log.command(each))),
    checkpoints: await log.checkpoints(),
    marks: await log.marks(),
    received: await Promise.all(NAMES.map((source) => log.received(source, NAMES))),
    floors: await Promise.all(NAMES.map((source) => log.floor(source))),
    models: await log.models(),
    documents: await Promise.all(
      ['a', 'b'].map((model) => log.findDocuments(model, { where: [], limit: 100 })),
    ),
    waiting: await rowsOf(log, {}),
    counts: await log.waitingCounts(),
    operations: await log.operations(100),
  };
}

const STREAM = { stream: 'a', fromVersion: 0, toVersion: 0 };

function writeSetOf(drawn: Drawn<typeof writeSet>, id: string): WriteSet {
  const range = { firstSlot: 0 };
  return {
    ...(drawn.expects && { expects: drawn.expects }),
    ...(drawn.records && {
      records: drawn.records.map((record, nth) => recordOf(record, `${id}-${nth}`)),
    }),
    ...(drawn.command && {
      command: {
        ...drawn.command,
        ...STREAM,
        fingerprint: id,
        result: drawn.command.at ? id : null,
      },
    }),
    ...(drawn.fences && { fences: drawn.fences.map((fence) => ({ ...fence, ...range })) }),
    ...(drawn.moves && { moves: drawn.moves.map((move) => ({ ...move, ...range })) }),
    ...(drawn.marks && { marks: drawn.marks }),
    ...(drawn.documents && {
      documents: drawn.documents.map((each) => ({
        ...each,
        text: each.text === null ? null : JSON.stringify(each.text),
      })),
    }),
    ...(drawn.waiting && { waiting: drawn.waiting.map(waitingRowOf) }),
    ...(drawn.done && { done: drawn.done }),
    ...(drawn.operations && {
      operations: drawn.operations.map((each) => ({
        ...each,
        who: 'ada',
        action: 'redrive',
        why: id,
        detail: '{}',
      })),
    }),
  };
}

function recordOf(
  { kind, stream, version, type, at, correlationId }: Drawn<typeof records>[number],
  id: string,
): NonNullable<WriteSet['records']>[number] {
  const isEvent = kind === 'event' || kind === 'clash';
  const record: NewRecord = {
    // A clash meets the others of its kind.
    id: kind === 'clash' ? 'clash' : id,
    direction: isEvent ? 'domain' : kind,
    stream: isEvent ? stream : null,
    version: isEvent ? version : null,
    type,
    schemaVersion: 1,
    key: stream,
    data: '{}',
    source: stream,
    occurredAt: at,
    recordedAt: at,
    correlationId,
    causationId: id,
    traceparent: null,
    metadata: null,
  };
  if (kind !== 'incoming') return record;
  return { ...record, received: { source: stream, id: type, at } };
}

function waitingRowOf([key, due, position, kind]: Drawn<typeof waitingRow>): WaitingRow {
  const error = kind === 'parked' ? { name: 'E', code: null, message: 'm', stack: null } : null;
  const rest = { slot: 0, attempts: 1, correlationId: key.key, since: 0, payload: null };
  return { ...key, kind, due, position, error, ...rest };
}
