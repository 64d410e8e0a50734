import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { committed, fact, outgoing } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { systemClock } from '../host/clock.ts';
import type { Store } from '../log/store.ts';
import { type ExportForm, type ExportWay, exportEvents } from './export-events.ts';

const contexts = [boundedContext('ordering', {}), boundedContext('billing', {})];
const form: ExportForm = {
  context: undefined,
  isAll: false,
  after: 0,
  limit: Number.POSITIVE_INFINITY,
  isMasked: false,
};

test('a slow reader is waited for: no more is read than what it has room for', async () => {
  const { store, reads } = counting(await filled(5_000));
  const rooms: (() => void)[] = [];
  const pour = () => new Promise<boolean>((resolve) => rooms.push(() => resolve(true)));

  const exporting = exportEvents({ contexts, store }, form, way({ pour }));
  const seen: number[] = [];
  for (let page = 0; page < 5; page += 1) {
    while (rooms.length === page) await turn();
    for (let more = 0; more < 20; more += 1) await turn();
    seen.push(reads());
    rooms[page]?.();
  }
  const { count } = await exporting;

  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  assert.equal(count, 5_000);
});

test('what is appended while an export runs is not in it, so that it ends', async () => {
  const store = await filled(1_500);
  let lines = 0;
  const pour = async (text: string) => {
    lines += text.split('\n').length - 1;
    await append(store, 1_000);
    return true;
  };

  const { count, ended } = await exportEvents({ contexts, store }, form, way({ pour }));

  assert.deepEqual([count, lines, ended], [1_500, 1_500, 'all']);
});

test('a reader that has gone, and Ctrl-C, end it after the page that is under way', async () => {
  const store = await filled(5_000);
  let pages = 0;
  const stop = new AbortController();
  const pour = async () => (pages += 1) < 3;

  const gone = await exportEvents({ contexts, store }, form, way({ pour }));
  const interrupted = await exportEvents(
    { contexts, store },
    form,
    way({ pour: async () => (stop.abort(), true), signal: stop.signal }),
  );

  assert.deepEqual([gone.ended, gone.count, pages], ['not-read-on', 2_000, 3]);
  assert.deepEqual([interrupted.ended, interrupted.count], ['interrupted', 1_000]);
});

test('progress counts the positions of all logs, and its line is gone at the end, whatever happens', async () => {
  const store = await filled(1_500);
  const billing = await store.open('billing');
  await committed(billing, { records: [fact('payment/p-1', 1), outgoing(), outgoing()] });
  await billing.close();
  const told: string[] = [];
  const progress = (total: number) => ({
    update: (done: number) => void told.push(`${done}/${total}`),
    end: () => void told.push('end'),
  });
  const fails = () => Promise.reject(new RangeError('no room'));

  await exportEvents({ contexts, store }, form, way({ progress }));
  const failing = exportEvents({ contexts, store }, form, way({ progress, pour: fails }));

  await assert.rejects(failing, { name: 'RangeError' });
  assert.deepEqual(told, ['1000/1503', '1500/1503', '1503/1503', 'end', 'end']);
});

test('a limit holds for all logs together', async () => {
  const store = await filled(10);
  const billing = await store.open('billing');
  await committed(billing, { records: [outgoing(), outgoing()] });
  await billing.close();

  const { contexts: of, ended } = await exportEvents(
    { contexts, store },
    { ...form, limit: 11 },
    way({}),
  );

  assert.deepEqual(
    of.map(({ context, count, position }) => [context, count, position]),
    [
      ['ordering', 10, 10],
      ['billing', 1, 1],
    ],
  );
  assert.equal(ended, 'limit');
});

test('types of hostile names are counted like any other', async () => {
  const store = memory();
  const log = await store.open('ordering');
  await committed(log, { records: [outgoing({ type: '__proto__' }), outgoing({ type: 'a\nb' })] });
  await log.close();

  const exported = await exportEvents({ contexts, store }, form, way({}));

  assert.equal(JSON.stringify(exported.contexts[0]?.types), String.raw`{"__proto__":1,"a\nb":1}`);
});

test('messages that were dropped for their age are named', async () => {
  const store = await filled(3);
  const dropped = [
    { direction: 'outgoing', type: 'ordering.OrderPlaced', position: 2 },
    { direction: 'incoming', type: 'ordering.OrderPlaced', position: 3 },
  ] as const;
  const retaining: Store = {
    ...store,
    reader: async (context) => ({
      ...(await store.reader(context)),
      epoch: 'one',
      dropped: async () => (context === 'ordering' ? dropped : []),
    }),
  };

  const asked = [form, { ...form, isAll: true }, { ...form, after: 2 }, { ...form, types: ['x'] }];
  const seen: unknown[] = [];
  for (const each of asked) {
    const { contexts: of } = await exportEvents(
      { contexts, store: retaining },
      { ...each, until: { position: 10 } },
      way({}),
    );
    seen.push(of.map(({ droppedUpTo }) => droppedUpTo));
  }

  assert.deepEqual(seen, [
    [2, 0],
    [3, 0],
    [0, 0],
    [0, 0],
  ]);
});

async function filled(count: number) {
  const store = memory();
  await append(store, count);
  return store;
}

async function append(store: Store, count: number): Promise<void> {
  const log = await store.open('ordering');
  await committed(log, { records: Array.from({ length: count }, () => outgoing()) });
  await log.close();
}

/** Counts the pages that are read of the log that has some. */
function counting(store: Store) {
  let reads = 0;
  const counted: Store = {
    ...store,
    name: store.name,
    reader: async (context) => {
      const reader = await store.reader(context);
      return {
        ...reader,
        epoch: reader.epoch,
        read: (query) => {
          if (context === 'ordering') reads += 1;
          return reader.read(query);
        },
      };
    },
  };
  return { store: counted, reads: () => reads };
}

function way(given: Partial<ExportWay>): ExportWay {
  return {
    pour: async () => true,
    progress: () => ({ update: () => undefined, end: () => undefined }),
    clock: systemClock(),
    signal: new AbortController().signal,
    ...given,
  };
}
