import assert from 'node:assert/strict';
import type { Log } from '../../log/log.ts';
import { commit, committed, fact, outgoing } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** Who waits for something new is told soon. */
export const changes: Scenarios = {
  'a listener is told that its own log committed, after it is there to be read': async ({
    log,
  }) => {
    const told = nextCall((call) => log.onChange(call));

    await committed(log, { records: [fact('o-1', 1)] });

    assert.equal(await told, 'own');
    assert.equal(await log.head(), 1);
  },

  'a reader is told what the owner committed': async ({ store, log }) => {
    const reader = await store.reader('ordering');
    const told = nextCall((call) => reader.onChange(call));

    await committed(log, { records: [fact('o-1', 1)] });

    assert.equal(await told, 'foreign');
    assert.equal(await reader.head(), 1);
  },

  'another context is told that something was committed': async ({ store, log }) => {
    const view = await store.published('ordering');
    const told = nextCall((call) => view.onChange(() => call('foreign')));

    await committed(log, { records: [outgoing()] });

    await told;
    assert.equal(await view.head(), 1);
  },

  'a listener is told of a transaction': async ({ log }) => {
    const told = nextCall((call) => log.onChange(call));

    await log.transaction(async () => ({ result: 0, writeSet: { records: [fact('o-1', 1)] } }));

    await told;
    assert.equal(await log.head(), 1);
  },

  'a listener is told of each of many commits, though perhaps of several at once': async ({
    log,
  }) => {
    let heard = 0;
    const stop = log.onChange(() => (heard += 1));

    for (let version = 1; version <= 5; version += 1) {
      const before = heard;
      await committed(log, { records: [fact('o-1', version)] });
      await until(() => heard > before);
    }
    stop();
  },

  'a listener that was stopped is not told any more, the others are': async ({ log }) => {
    let heard = 0;
    const stop = log.onChange(() => (heard += 1));
    stop();
    const told = nextCall((call) => log.onChange(call));

    await committed(log, { records: [fact('o-1', 1)] });
    await told;

    assert.equal(heard, 0);
  },

  'a listener is not called before commit has returned to its caller': async ({ log }) => {
    let isCalledWithin = false;
    const stop = log.onChange(() => (isCalledWithin = true));

    const call = commit(log, { records: [fact('o-1', 1)] });
    const wasCalledAtOnce = isCalledWithin;
    await call;
    stop();

    assert.equal(wasCalledAtOnce, false);
  },

  'a closed log tells nothing any more': async ({ store, log }) => {
    let heard = 0;
    log.onChange(() => (heard += 1));
    await log.close();
    const again: Log = await store.open('ordering');
    const told = nextCall((call) => again.onChange(call));

    await committed(again, { records: [fact('o-1', 1)] });
    await told;

    assert.equal(heard, 0);
  },
};

type Call = (by: 'own' | 'foreign') => void;

/** The first call of a listener; fails after two seconds, twice as long as the port allows. */
function nextCall(listen: (call: Call) => () => void): Promise<'own' | 'foreign'> {
  return new Promise((resolve, reject) => {
    const end = setTimeout(() => {
      stop();
      reject(new assert.AssertionError({ message: 'Nobody called the listener for two seconds.' }));
    }, 2_000);
    const stop = listen((by) => {
      clearTimeout(end);
      stop();
      resolve(by);
    });
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    assert.ok(waited <= 2_000, 'It did not come for two seconds.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
