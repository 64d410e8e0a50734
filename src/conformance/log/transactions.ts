import assert from 'node:assert/strict';
import { TransactionEndedError } from '../../log/transaction-ended.ts';
import { commit, committed, fact } from './samples.ts';
import type { Scenarios, Scene } from './scenario.ts';

/** The user's own tables and the log in one transaction that is alone on the log. */
export const transactions: Scenarios = {
  'what a transaction does and its write set commit together': async (scene) => {
    await makeTable(scene);

    const done = await scene.log.transaction(async (database) => {
      await scene.sql(database, "insert into own values ('a')");
      return { result: 42, writeSet: { records: [fact('o-1', 1)] } };
    });

    assert.deepEqual(done, { result: 42, outcome: { kind: 'committed', positions: [1] } });
    assert.deepEqual(await rowsOf(scene), ['a']);
    assert.equal(await scene.log.streamVersion('o-1'), 1);
  },

  'a transaction whose work throws leaves nothing, and the error comes as it was': async (
    scene,
  ) => {
    await makeTable(scene);
    const failure = new RangeError('out of stock');

    const failing = scene.log.transaction(async (database) => {
      await scene.sql(database, "insert into own values ('a')");
      throw failure;
    });

    await assert.rejects(failing, (error) => error === failure);
    assert.deepEqual(await rowsOf(scene), []);
    assert.equal((await commit(scene.log, { records: [fact('o-1', 1)] })).kind, 'committed');
  },

  'a transaction whose write set conflicts leaves nothing, and says so': async (scene) => {
    await makeTable(scene);
    await committed(scene.log, { records: [fact('o-1', 1)] });

    const done = await scene.log.transaction(async (database) => {
      await scene.sql(database, "insert into own values ('a')");
      const expects = [{ stream: 'o-1', version: 0 }];
      return { result: 'r', writeSet: { expects, records: [fact('o-2', 1)] } };
    });

    assert.deepEqual(done, {
      result: 'r',
      outcome: { kind: 'conflict', stream: 'o-1', expected: 0, actual: 1 },
    });
    assert.deepEqual(await rowsOf(scene), []);
    assert.equal(await scene.log.streamVersion('o-2'), 0);
  },

  'a transaction whose write set can never be written leaves nothing': async (scene) => {
    await makeTable(scene);
    await committed(scene.log, { records: [fact('o-1', 1, { id: 'taken' })] });

    const failing = scene.log.transaction(async (database) => {
      await scene.sql(database, "insert into own values ('a')");
      return { result: 0, writeSet: { records: [fact('o-2', 1, { id: 'taken' })] } };
    });

    await assert.rejects(failing, { code: 'record-known' });
    assert.deepEqual(await rowsOf(scene), []);
    assert.equal(await scene.log.streamVersion('o-2'), 0);
  },

  'a transaction without a write set of its own commits too': async (scene) => {
    await makeTable(scene);

    await scene.log.transaction(async (database) => {
      await scene.sql(database, "insert into own values ('a')");
      return { result: undefined, writeSet: {} };
    });

    assert.deepEqual(await rowsOf(scene), ['a']);
  },

  'commits wait while a transaction is under way': async ({ log }) => {
    const steps: string[] = [];
    const inside = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const transaction = log.transaction(async () => {
      inside.resolve();
      await end.promise;
      steps.push('work');
      return { result: 0, writeSet: { records: [fact('o-1', 1)] } };
    });
    await inside.promise;

    const waiting = commit(log, {
      expects: [{ stream: 'o-1', version: 1 }],
      records: [fact('o-1', 2)],
    }).then((outcome) => steps.push(outcome.kind));
    await turns();
    end.resolve();
    await Promise.all([transaction, waiting]);

    assert.deepEqual(steps, ['work', 'committed']);
  },

  'readers see nothing of a transaction until it is committed, and do not wait for it': async (
    scene,
  ) => {
    const { log } = scene;
    await committed(log, { records: [fact('o-1', 1)] });
    await makeTable(scene);
    const inside = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const transaction = log.transaction(async (database) => {
      await scene.sql(database, "insert into own values ('a')");
      inside.resolve();
      await end.promise;
      return { result: 0, writeSet: { records: [fact('o-1', 2)] } };
    });
    await inside.promise;

    const during = await log.streamVersion('o-1');
    end.resolve();
    await transaction;

    assert.equal(during, 1);
    assert.equal(await log.streamVersion('o-1'), 2);
  },

  'transactions at once come one after the other, and none is lost': async (scene) => {
    const { log, sql } = scene;
    await makeTable(scene);
    await log.transaction(async (database) => {
      await sql(database, "insert into own values ('0')");
      return { result: 0, writeSet: {} };
    });

    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        log.transaction(async (database) => {
          const [row] = await sql(database, 'select value from own');
          await turns();
          const next = Number((row as { value: string }).value) + 1;
          await sql(database, `update own set value = '${next}'`);
          return { result: next, writeSet: { records: [fact(`o-${index}`, 1)] } };
        }),
      ),
    );

    assert.deepEqual(await rowsOf(scene), ['20']);
    assert.equal(await log.head(), 20);
  },

  'work that ends the transaction itself is an error, and nothing is appended': async (scene) => {
    await makeTable(scene);

    const ended = scene.log.transaction(async (database) => {
      await scene.sql(database, 'commit');
      return { result: 0, writeSet: { records: [fact('o-1', 1)] } };
    });

    await assert.rejects(ended, { name: TransactionEndedError.name });
    assert.equal(await scene.log.streamVersion('o-1'), 0);
    assert.equal((await commit(scene.log, { records: [fact('o-1', 1)] })).kind, 'committed');
  },

  'own tables stay when the log is closed and opened again': async (scene) => {
    await makeTable(scene);
    await scene.log.transaction(async (database) => {
      await scene.sql(database, "insert into own values ('a')");
      return { result: 0, writeSet: {} };
    });
    await scene.log.close();

    const log = await scene.store.open('ordering');

    assert.deepEqual(await rowsOf({ ...scene, log }), ['a']);
  },
};

async function makeTable({ log, sql }: Scene): Promise<void> {
  await log.transaction(async (database) => {
    await sql(database, 'create table own (value text not null)');
    return { result: undefined, writeSet: {} };
  });
}

async function rowsOf({ log, sql }: Scene): Promise<string[]> {
  const { result } = await log.transaction(async (database) => {
    return { result: await sql(database, 'select value from own order by value'), writeSet: {} };
  });
  return result.map((row) => (row as { value: string }).value);
}

/** Lets everything that could go on do so, if it only would. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
