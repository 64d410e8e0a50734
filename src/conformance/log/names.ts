import assert from 'node:assert/strict';
import type { Log } from '../../log/log.ts';
import { claimAll, commit, committed, fact, incoming, outgoing, waitingRow } from './samples.ts';
import type { Scenario, Scenarios } from './scenario.ts';

/** Names that have broken somebody's store before. */
const hostileNames = [
  `a "quoted" name`,
  `it's`,
  'semi; drop table log; --',
  'new\nline\r\ttab',
  'emoji 🎁 and é and 日本',
  'percent % under_score * star [x] {y} $z \\ back/slash',
  '__proto__',
  'constructor',
  '',
  ' ',
  'a.b.c',
];

/** Any text is a name, whatever is in it, and no name means another. */
export const names: Scenarios = {
  ...forEachName('a stream', async (log, name) => {
    await committed(log, { records: [fact(name, 1)] });
    const stale = await commit(log, { expects: [{ stream: name, version: 0 }] });

    assert.equal(await log.streamVersion(name), 1);
    assert.equal((await log.readStream(name, { limit: 9 }))[0]?.stream, name);
    assert.equal((await log.streams({ from: name, limit: 1 }))[0]?.stream, name);
    assert.deepEqual(stale, { kind: 'conflict', stream: name, expected: 0, actual: 1 });
  }),

  ...forEachName('a record', async (log, name) => {
    const named = { id: name, type: name, key: name, correlationId: name, causationId: name };
    const [position = 0] = await committed(log, { records: [outgoing({ ...named })] });

    const [byId] = await log.recordsById([name]);
    const [byType] = await log.read({ after: 0, limit: 9, types: [name] });
    const [byAction] = await log.recordsOfAction(name, 9);
    for (const found of [byId, byType, byAction]) {
      assert.deepEqual({ ...found, ...named }, found);
      assert.equal(found?.position, position);
    }
  }),

  ...forEachName('a message and its source', async (log, name) => {
    const records = [incoming(name, name), incoming(name, `${name}2`)];
    await committed(log, {
      records,
      marks: [{ source: name, contract: name, epoch: name, position: 1 }],
    });

    assert.deepEqual([...(await log.received(name, [name, 'other']))], [name]);
    assert.deepEqual(await committed(log, { records: [incoming(name, name)] }), [0]);
    const marks = await log.marks();
    assert.ok(marks.some((mark) => mark.source === name && mark.epoch === name));
  }),

  ...forEachName('a subscription, a key and an owner', async (log, name) => {
    const epoch = await claimAll(log, name);
    const row = waitingRow({ subscription: name, key: name, recordId: name });
    const move = { subscription: name, firstSlot: 0, epoch, from: 0, to: 1 };
    await committed(log, { waiting: [row], moves: [move] });

    assert.deepEqual(await log.waiting({ subscription: name, key: name, limit: 9 }), [row]);
    const found = (await log.checkpoints()).find((each) => each.subscription === name);
    assert.equal(found?.position, 1);
    await committed(log, { done: [row] });
    assert.deepEqual(await log.waiting({ subscription: name, limit: 9 }), []);
  }),

  ...forEachName('a command, a snapshot and an operation', async (log, name) => {
    const at = 1;
    const versions = { fromVersion: 0, toVersion: 0 };
    const kept = { id: name, fingerprint: name, stream: name, result: name };
    const command = { ...kept, ...versions, at };
    const snapshot = { stream: name, version: 1, stateVersion: 1, state: JSON.stringify(name) };
    const operation = { id: name, at, who: name, action: name, why: name, detail: '{}' };
    await committed(log, { command, snapshots: [snapshot], operations: [operation] });

    assert.deepEqual(await log.command(name), command);
    assert.deepEqual(await log.snapshot(name), snapshot);
    assert.ok((await log.operations(100)).some((each) => each.id === name && each.why === name));
  }),

  ...forEachName('a read model, its fields and its keys', async (log, name) => {
    const text = `{${JSON.stringify(name)}:${JSON.stringify(name)}}`;
    await log.defineModel(name, [name]);
    await log.defineModel(name, [name]);
    await committed(log, { documents: [{ model: name, key: name, text }] });
    const where = [{ field: name, operator: 'equals', value: name }] as const;
    const orderBy = { field: name, direction: 'descending' } as const;

    assert.equal(await log.document(name, name), text);
    assert.deepEqual([...(await log.documents(name, [name, 'other']))], [[name, text]]);
    assert.deepEqual(await log.findDocuments(name, { where, orderBy, limit: 9 }), [
      { key: name, text },
    ]);
    assert.ok((await log.models()).includes(name));
    await log.replaceModel({ from: name, to: `${name} replaced` });
    assert.equal(await log.document(`${name} replaced`, name), text);
    await log.dropModel(`${name} replaced`, name);
    assert.ok(!(await log.models()).some((each) => each.startsWith(`${name} replaced`)));
  }),

  'names that differ in case, spaces or normal form only are different names': async ({ log }) => {
    const similar = ['order', 'Order', 'order ', ' order', 'caf\u00e9', 'cafe\u0301', 'ORDER'];
    for (const name of similar) {
      await log.defineModel(name, ['a']);
      await committed(log, {
        records: [fact(name, 1)],
        documents: [{ model: name, key: name, text: JSON.stringify({ a: name }) }],
      });
    }

    for (const name of similar) {
      assert.equal(await log.streamVersion(name), 1);
      assert.equal(await log.countDocuments(name, []), 1);
      assert.equal(await log.document(name, name), JSON.stringify({ a: name }));
    }
    assert.deepEqual((await log.models()).toSorted(), similar.toSorted());
  },

  'a payload with a "__proto__" comes back whole and pollutes nothing': async ({ log }) => {
    const data = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}';
    await log.defineModel('book', ['isAdmin', '__proto__']);

    await committed(log, {
      records: [fact('o-1', 1, { data, metadata: data })],
      documents: [{ model: 'book', key: '__proto__', text: data }],
      waiting: [waitingRow({ payload: data })],
    });

    const [found] = await log.readStream('o-1', { limit: 1 });
    const [row] = await log.waiting({ limit: 1 });
    assert.equal(found?.data, data);
    assert.equal(found?.metadata, data);
    assert.equal(row?.payload, data);
    assert.equal(await log.document('book', '__proto__'), data);
    const where = [{ field: 'isAdmin', operator: 'equals', value: true }] as const;
    assert.equal(await log.countDocuments('book', where), 0);
    assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined);
    for (const record of [found, row])
      assert.equal(Object.getPrototypeOf(record), Object.prototype);
  },
};

function forEachName(
  what: string,
  holds: (log: Log, name: string) => Promise<void>,
): Record<string, Scenario> {
  return {
    [`${what} may have any name`]: async ({ log }) => {
      for (const name of hostileNames) await holds(log, name);
    },
  };
}
