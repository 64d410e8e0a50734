import assert from 'node:assert/strict';
import type { Log } from '../../log/log.ts';
import { committed, fact, waitingRow } from './samples.ts';
import type { Scenarios } from './scenario.ts';

const request = (recordId: string, payload = '{}') =>
  waitingRow({
    subscription: 'requests',
    key: recordId,
    recordId,
    kind: 'request',
    position: 0,
    payload,
  });
const REQUESTS = { subscription: 'requests', limit: 10 };

/** Whoever does not run a context asks something of those who do. */
export const requests: Scenarios = {
  'a request is left beside the owner, who sees it and goes on writing': async ({ store, log }) => {
    await committed(log, { records: [fact('o-1', 1)] });

    assert.equal(await store.leaveRequests('ordering', { left: [request('r-1')] }), true);

    assert.deepEqual(await log.waiting(REQUESTS), [request('r-1')]);
    await committed(log, { records: [fact('o-1', 2)], done: [request('r-1')] });
    assert.deepEqual(await log.waiting(REQUESTS), []);
    assert.equal(await log.streamVersion('o-1'), 2);
  },

  'the owner is told of a request that was left': async ({ store, log }) => {
    const told = toldThat(log, async () => (await log.waiting(REQUESTS)).length > 0);

    await store.leaveRequests('ordering', { left: [request('r-1')] });

    await told;
  },

  'a request is left while nobody runs the context, and is there for its next owner': async ({
    store,
    log,
  }) => {
    await log.close();

    await store.leaveRequests('ordering', { left: [request('r-1'), request('r-2')] });

    const again = await store.open('ordering');
    const found = await again.waiting(REQUESTS);
    assert.deepEqual(
      found.map(({ recordId }) => recordId),
      ['r-1', 'r-2'],
    );
  },

  'a request is left anew, and taken back': async ({ store, log }) => {
    await store.leaveRequests('ordering', { left: [request('r-1'), request('r-2')] });

    await store.leaveRequests('ordering', {
      left: [request('r-2', '{"again":true}')],
      takenBack: [request('r-1'), request('r-9')],
    });

    assert.deepEqual(await log.waiting(REQUESTS), [request('r-2', '{"again":true}')]);
  },

  'who takes a request back stands in the audit trail': async ({ store, log }) => {
    await store.leaveRequests('ordering', { left: [request('r-1')] });
    const by = { who: 'ann', action: 'take-back', why: 'too slow', detail: '{}' };

    await store.leaveRequests('ordering', {
      takenBack: [request('r-1')],
      operations: [{ id: 'op-1', at: 5, ...by }],
    });

    assert.deepEqual(await log.waiting(REQUESTS), []);
    assert.deepEqual(await log.operations(5), [{ id: 'op-1', at: 5, ...by }]);
  },

  'where there is no log, nothing is left and none is made': async ({ store }) => {
    assert.equal(await store.leaveRequests('billing', { left: [request('r-1')] }), false);

    const reader = await store.reader('billing');
    assert.equal(reader.epoch, '');
    assert.deepEqual(await reader.waiting(REQUESTS), []);
  },
};

/** Resolves when the log has told of a change after which something holds. */
function toldThat(log: Log, holds: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = log.onChange(() => void look());
    const end = setTimeout(() => {
      stop();
      reject(new assert.AssertionError({ message: 'Nobody called the listener for 5 seconds.' }));
    }, 5_000);
    async function look(): Promise<void> {
      if (!(await holds())) return;
      clearTimeout(end);
      stop();
      resolve();
    }
  });
}
