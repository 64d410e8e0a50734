import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { fact } from '../../conformance/log/samples.ts';
import { systemHost } from '../../host/host.ts';
import { Committer } from '../../log/committer.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('a stream that a foreign transaction holds delays only those who want it', async () => {
  const { log, foreign } = await opened();
  const committer = new Committer(log, systemHost().clock);
  await committer.commit({ records: [fact('held', 1)] });
  await foreign.query('begin');
  await foreign.query(`select 1 from ordering.streams where stream = 'held' for update`);
  let isHeldDone = false;

  const held = committer.commit({ records: [fact('held', 2)] }).then((outcome) => {
    isHeldDone = true;
    return outcome;
  });
  const others = await Promise.all(
    Array.from({ length: 63 }, (_, index) =>
      committer.commit({ records: [fact(`o-${index}`, 1)] }),
    ),
  );
  const wasHeldDone = isHeldDone;
  await foreign.query('rollback');

  assert.ok(others.every(({ kind }) => kind === 'committed'));
  assert.equal(wasHeldDone, false);
  assert.equal((await held).kind, 'committed');
  await closed({ log, foreign });
});

test('what rests on a write set that is held is held as well, and comes after it', async () => {
  const { log, foreign } = await opened();
  await log.commit([{ records: [fact('held', 1)] }]);
  const [range] = await log.claim({
    ...RANGE,
    lastSlot: 255,
    owner: 'a',
    fingerprint: '',
    position: 0,
  });
  const move = { ...RANGE, epoch: range?.epoch ?? 0 };
  await foreign.query('begin');
  await foreign.query(`select 1 from ordering.streams where stream = 'held' for update`);

  const outcomes = await log.commit([
    { records: [fact('held', 2)], moves: [{ ...move, from: 0, to: 5 }] },
    { records: [fact('o-1', 1)], moves: [{ ...move, from: 5, to: 6 }] },
    { records: [fact('o-2', 1)] },
  ]);
  await foreign.query('rollback');

  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['held', 'held', 'committed'],
  );
  assert.equal(await log.streamVersion('o-1'), 0);
  await closed({ log, foreign });
});

const RANGE = { subscription: 's', firstSlot: 0 };

async function opened() {
  const url = await server.createDatabase();
  const log = await postgres(url).open('ordering');
  const foreign = new Client(url);
  await foreign.connect();
  return { log, foreign };
}

async function closed({ log, foreign }: Awaited<ReturnType<typeof opened>>): Promise<void> {
  await foreign.end();
  await log.close();
}
