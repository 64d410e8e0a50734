import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { type Clock, systemClock } from '../host/clock.ts';
import { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { WriteSet } from '../log/write-set.ts';
import { decideElsewhere } from './decide-elsewhere.ts';
import { NotRunningHereError } from './not-running-here.ts';
import { REQUESTS } from './request.ts';
import type { RunningContext } from './running-context.ts';

const discard = { action: 'discard', who: 'ann', why: 'a duplicate' } as const;

test('what is done just as it is taken back counts as done', async () => {
  const { running, doneBefore, close } = await asking();
  doneBefore('{}');

  assert.equal(await decideElsewhere(running, PARKED, discard), true);

  await close();
});

test('what is refused just as it is taken back counts as refused', async () => {
  const { running, doneBefore, close } = await asking();
  doneBefore('{"refused":"It is not parked any more."}');

  assert.equal(await decideElsewhere(running, PARKED, discard), false);

  await close();
});

test('what nobody does is taken back, and the caller is told that nobody answered', async () => {
  const { log, running, close } = await asking();

  await assert.rejects(decideElsewhere(running, PARKED, discard), NotRunningHereError);

  assert.deepEqual(await log.waiting({ subscription: REQUESTS, limit: 10 }), []);
  await close();
});

/** A context that asks others; `doneBefore` does so at the worst moment: just before it is taken back. */
async function asking() {
  const log = await memory().open('receiving');
  // A hundred times as impatient.
  const system = systemClock();
  const clock: Clock = { ...system, after: (ms, call) => system.after(ms / 100, call) };
  const committer = new Committer(log, clock);
  let saidBefore: string | undefined;
  const commit = async (writeSet: WriteSet) => {
    if (writeSet.done !== undefined && saidBefore !== undefined)
      await endFirst(log, writeSet.done, saidBefore);
    return committer.commit(writeSet);
  };
  const host = { clock, ids: { next: () => 'request-1' } };
  return {
    log,
    running: {
      name: 'receiving',
      log,
      committer: { commit },
      workplace: { host },
    } as unknown as RunningContext,
    doneBefore: (detail: string) => void (saidBefore = detail),
    close: () => log.close(),
  };
}

async function endFirst(
  log: Log,
  done: NonNullable<WriteSet['done']>,
  detail: string,
): Promise<void> {
  await log.commit([{ done, operations: [{ ...discard, id: 'request-1', at: 0, detail }] }]);
}

const PARKED: WaitingRow = {
  subscription: 'note it',
  key: 'a',
  recordId: 'r1',
  kind: 'parked',
  position: 1,
  slot: 0,
  due: 0,
  attempts: 1,
  error: null,
  correlationId: 'action',
  since: 0,
  payload: null,
};
