import assert from 'node:assert/strict';
import type { Log } from '../../log/log.ts';
import { UnknownModelError } from '../../log/unknown-model.ts';
import { documentStream, type Fence } from '../../log/write-set.ts';
import { claimAll, commit, committed, fact, fresh } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** Documents of read models: written, deleted, replaced and dropped, by key. */
export const documents: Scenarios = {
  'a document is written, overwritten and deleted': async ({ log }) => {
    await log.defineModel('book', []);

    await committed(log, { documents: [{ model: 'book', key: 'k', text: '{"a":1}' }] });
    const written = await log.document('book', 'k');
    await committed(log, { documents: [{ model: 'book', key: 'k', text: '{"a":2}' }] });
    const overwritten = await log.document('book', 'k');
    await committed(log, { documents: [{ model: 'book', key: 'k', text: null }] });

    assert.equal(written, '{"a":1}');
    assert.equal(overwritten, '{"a":2}');
    assert.equal(await log.document('book', 'k'), undefined);
    assert.equal(await log.countDocuments('book', []), 0);
  },

  'deleting a document that is not there is no error': async ({ log }) => {
    await log.defineModel('book', []);

    const outcome = await commit(log, { documents: [{ model: 'book', key: 'k', text: null }] });

    assert.equal(outcome.kind, 'committed');
  },

  'of several writes to one document in one write set, the last counts': async ({ log }) => {
    await log.defineModel('book', []);

    await committed(log, {
      documents: [
        { model: 'book', key: 'a', text: '1' },
        { model: 'book', key: 'a', text: '{"a":2}' },
        { model: 'book', key: 'b', text: '{"b":1}' },
        { model: 'book', key: 'b', text: null },
      ],
    });

    assert.equal(await log.document('book', 'a'), '{"a":2}');
    assert.equal(await log.document('book', 'b'), undefined);
  },

  'a document that is not as it was taken to be is a conflict, and nothing is written': async ({
    log,
  }) => {
    await log.defineModel('book', []);
    await committed(log, { documents: [{ model: 'book', key: 'k', text: '{"a":1}' }] });
    const write = (key: string, was: string | null, text: string | null) =>
      commit(log, {
        records: [fact(fresh('o'), 1)],
        documents: [{ model: 'book', key, text, was }],
      });
    const moved = (key: string) => ({
      kind: 'conflict',
      stream: documentStream({ model: 'book', key }),
      expected: 0,
      actual: 1,
    });

    assert.deepEqual(await write('k', '{"a":0}', '{"a":2}'), moved('k'));
    assert.deepEqual(await write('k', null, '{"a":2}'), moved('k'));
    assert.deepEqual(await write('none', '{"a":1}', '{"a":2}'), moved('none'));
    assert.equal(await log.head(), 0);
    assert.equal((await write('k', '{"a":1}', '{"a":2}')).kind, 'committed');
    assert.equal((await write('new', null, '{"a":1}')).kind, 'committed');
    assert.deepEqual(await write('new', null, '{"a":9}'), moved('new'));
    assert.equal((await write('k', '{"a":2}', null)).kind, 'committed');
    assert.equal((await write('k', null, null)).kind, 'committed');
    assert.equal(await log.document('k', 'k'), undefined);
    assert.equal(await log.document('book', 'new'), '{"a":1}');
  },

  'of many who count up one document at once, each counts': async ({ log }) => {
    await log.defineModel('book', []);
    const countUp = async (): Promise<void> => {
      for (;;) {
        const was = (await log.document('book', 'k')) ?? null;
        const text = JSON.stringify({ n: was === null ? 1 : (JSON.parse(was).n as number) + 1 });
        const outcome = await commit(log, { documents: [{ model: 'book', key: 'k', text, was }] });
        if (outcome.kind === 'committed') return;
        assert.equal(outcome.kind, 'conflict');
      }
    };

    await Promise.all(Array.from({ length: 20 }, countUp));

    assert.equal(await log.document('book', 'k'), '{"n":20}');
  },

  'write sets of one call see what those before made of a document': async ({ log }) => {
    await log.defineModel('book', []);
    const write = (was: string | null, text: string) => ({
      documents: [{ model: 'book', key: 'k', text, was }],
    });

    const outcomes = await log.commit([write(null, '1'), write('1', '2'), write('1', '3')]);

    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['committed', 'committed', 'conflict'],
    );
    assert.equal(await log.document('book', 'k'), '2');
  },

  'a document comes back as the text that it was, spaces and all': async ({ log }) => {
    const text = '{ "b": 1.50,\n  "a": "\\u00e9 é 🎁" }';
    await log.defineModel('book', ['b']);

    await committed(log, { documents: [{ model: 'book', key: 'k', text }] });

    assert.equal(await log.document('book', 'k'), text);
    assert.deepEqual(await log.findDocuments('book', { where: [], limit: 1 }), [
      { key: 'k', text },
    ]);
  },

  'many documents are fetched by their keys, unknown ones left out': async ({ log }) => {
    await log.defineModel('book', []);
    await committed(log, {
      documents: ['a', 'b', 'c'].map((key) => ({ model: 'book', key, text: `{"k":"${key}"}` })),
    });

    const found = await log.documents('book', ['c', 'none', 'a', 'a']);

    assert.deepEqual(
      [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['a', '{"k":"a"}'],
        ['c', '{"k":"c"}'],
      ],
    );
    assert.equal((await log.documents('book', [])).size, 0);
  },

  'two read models keep their documents apart': async ({ log }) => {
    await log.defineModel('book', []);
    await log.defineModel('Book', []);

    await committed(log, { documents: [{ model: 'book', key: 'k', text: '{}' }] });

    assert.equal(await log.document('book', 'k'), '{}');
    assert.equal(await log.document('Book', 'k'), undefined);
    assert.deepEqual((await log.models()).toSorted(), ['Book', 'book']);
  },

  'a read model that was not defined has no documents': async ({ log }) => {
    assert.equal(await log.document('none', 'k'), undefined);
    assert.equal((await log.documents('none', ['k'])).size, 0);
    assert.deepEqual(await log.findDocuments('none', { where: [], limit: 10 }), []);
    assert.equal(await log.countDocuments('none', []), 0);
  },

  'a read model is defined again without harm, also with more indexes': async ({ log }) => {
    await log.defineModel('book', ['status']);
    await committed(log, {
      documents: [{ model: 'book', key: 'k', text: '{"status":"placed","total":3}' }],
    });

    await log.defineModel('book', ['status']);
    await log.defineModel('book', ['total', 'status']);
    await log.defineModel('book', []);

    assert.deepEqual(await log.models(), ['book']);
    assert.equal(
      await log.countDocuments('book', [{ field: 'total', operator: 'equals', value: 3 }]),
      1,
    );
  },

  'dropping a read model drops its documents and its checkpoints, and nothing else': async ({
    log,
  }) => {
    await log.defineModel('book', []);
    await log.defineModel('shelf', []);
    await claimAll(log, 'book');
    await claimAll(log, 'shelf');
    await committed(log, {
      records: [fact('o-1', 1)],
      documents: ['book', 'shelf'].map((model) => ({ model, key: 'k', text: '{}' })),
    });

    await log.dropModel('book', 'book');
    await log.dropModel('book', 'book');

    assert.deepEqual(await log.models(), ['shelf']);
    assert.equal(await log.document('book', 'k'), undefined);
    assert.equal(await log.document('shelf', 'k'), '{}');
    assert.deepEqual(
      (await log.checkpoints()).map(({ subscription }) => subscription),
      ['shelf'],
    );
    assert.equal(await log.head(), 1);
  },

  'a read model of many documents is gone at once, and keeps nobody from committing': async ({
    log,
  }) => {
    const model = 'book';
    await log.defineModel(model, ['a']);
    await claimAll(log, model);
    const keys = Array.from({ length: 5_500 }, (_, index) => `k-${index}`);
    await committed(log, { documents: keys.map((key) => ({ model, key, text: '{"a":1}' })) });

    const dropping = log.dropModel(model, model);
    await committed(log, { records: [fact('o-1', 1)] });
    await log.defineModel(model, ['a']);
    await committed(log, { documents: [{ model, key: 'new', text: '{"a":2}' }] });
    await dropping;

    const found = await log.findDocuments(model, { where: [], limit: 10 });
    assert.deepEqual(found, [{ key: 'new', text: '{"a":2}' }]);
    assert.deepEqual(await log.checkpoints(), []);
    assert.deepEqual(await log.models(), [model]);
  },

  'a dropped read model that is defined again is empty': async ({ log }) => {
    await log.defineModel('book', ['a']);
    await committed(log, { documents: [{ model: 'book', key: 'k', text: '{"a":1}' }] });

    await log.dropModel('book', 'book');
    await log.defineModel('book', ['a']);

    assert.equal(await log.countDocuments('book', []), 0);
  },

  'a read model is replaced by the one that was built beside it': async ({ log }) => {
    await log.defineModel('book', ['a']);
    await log.defineModel('book rebuilt', ['a']);
    await committed(log, {
      documents: [
        { model: 'book', key: 'old', text: '{"a":1}' },
        { model: 'book', key: 'both', text: '{"a":1}' },
        { model: 'book rebuilt', key: 'both', text: '{"a":2}' },
      ],
    });

    await log.replaceModel({ from: 'book rebuilt', to: 'book' });

    assert.deepEqual(await log.models(), ['book']);
    assert.equal(await log.document('book', 'old'), undefined);
    assert.equal(await log.document('book', 'both'), '{"a":2}');
    assert.equal(await log.document('book rebuilt', 'both'), undefined);
  },

  'a read model is replaced again and again, and takes documents after each time': async ({
    log,
  }) => {
    await log.defineModel('book', ['a']);
    for (const round of [1, 2, 3]) {
      await log.defineModel('next', ['a', 'b']);
      await committed(log, {
        documents: [{ model: 'next', key: `k-${round}`, text: `{"a":${round}}` }],
      });

      await log.replaceModel({ from: 'next', to: 'book' });

      await log.defineModel('book', ['a', 'b']);
      await committed(log, { documents: [{ model: 'book', key: 'own', text: '{"a":0}' }] });
      const found = await log.findDocuments('book', { where: [], limit: 10 });
      assert.deepEqual(
        found.map(({ key }) => key),
        [`k-${round}`, 'own'],
      );
    }
  },

  'a read model takes the name of one that was never there': async ({ log }) => {
    await log.defineModel('next', []);
    await committed(log, { documents: [{ model: 'next', key: 'k', text: '{}' }] });

    await log.replaceModel({ from: 'next', to: 'book' });

    assert.equal(await log.document('book', 'k'), '{}');
  },

  'a read model is replaced only by who still owns what it proves to own': async ({ log }) => {
    for (const model of ['book', 'next']) await log.defineModel(model, []);
    await committed(log, {
      documents: [
        { model: 'book', key: 'k', text: '{"a":1}' },
        { model: 'next', key: 'k', text: '{"a":2}' },
      ],
    });
    const [lost, kept] = [await claimedRange(log, 'lost'), await claimedRange(log, 'kept')];
    await claimAll(log, 'lost');
    const asked = { from: 'next', to: 'book' };

    const byLost = await log.replaceModel({ ...asked, fences: [kept, lost] });
    const byNobody = await log.replaceModel({
      ...asked,
      fences: [{ ...kept, subscription: 'never claimed' }],
    });
    const before = [await log.models(), await log.document('book', 'k')];
    const byOwner = await log.replaceModel({ ...asked, fences: [kept] });

    assert.deepEqual([byLost, byNobody, byOwner], [false, false, true]);
    assert.deepEqual(before, [['book', 'next'], '{"a":1}']);
    assert.equal(await log.document('book', 'k'), '{"a":2}');
  },

  'whoever claims a range while a read model is replaced comes before it or after it': async ({
    log,
  }) => {
    await log.defineModel('book', []);
    for (let round = 1; round <= 10; round += 1) {
      await log.defineModel('next', []);
      await committed(log, { documents: [{ model: 'next', key: `k-${round}`, text: '{}' }] });
      const range = await claimedRange(log, 's');
      const replacing = log.replaceModel({ from: 'next', to: 'book', fences: [range] });
      const claiming = claimAll(log, 's');
      // What it sees once it has claimed the range nobody replaces behind its back.
      const seen = claiming.then(() => log.document('book', `k-${round}`));

      const isReplaced = await replacing;

      if ((await seen) !== undefined) assert.equal(isReplaced, true);
      assert.equal((await log.document('book', `k-${round}`)) !== undefined, isReplaced);
      if ((await seen) === undefined) assert.equal(isReplaced, false);
    }
  },

  'a read model is not replaced by one that is not there': async ({ log }) => {
    await log.defineModel('book', []);
    await committed(log, { documents: [{ model: 'book', key: 'k', text: '{}' }] });

    const replacing = log.replaceModel({ from: 'none', to: 'book' });

    await assert.rejects(replacing, { name: UnknownModelError.name, model: 'none' });
    assert.equal(await log.document('book', 'k'), '{}');
  },
};

async function claimedRange(log: Log, subscription: string): Promise<Fence> {
  return { subscription, firstSlot: 0, epoch: await claimAll(log, subscription) };
}
