import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { systemHost } from '../host/host.ts';
import { committed, fact } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { type Request, requestRow } from '../runtime/request.ts';
import { leaveRows, takeBack } from './left-request.ts';
import { withLogs } from './open-logs.ts';
import { type OpenRequests, openRequests } from './open-requests.ts';

const by = { who: 'ada', why: 'the handler is mended' };
const rebuild: Request = { action: 'rebuild', model: 'order-book@2', ...by };
const redrive: Request = {
  action: 'redrive',
  subscription: 'confirm when paid',
  key: 'o-1',
  recordId: 'r-1',
  ...by,
};

test('a request that nobody has taken up is told with who, why and since when', async () => {
  const { asked, leave } = await scene();
  await leave(rebuild, 1);
  await leave(redrive, 2);

  const { requests, isCut } = await asked();

  const [first, second] = requests;
  assert.deepEqual(
    [first?.action, first?.about, first?.key, second?.action, second?.about, isCut],
    ['redrive', 'confirm when paid', 'o-1', 'rebuild', 'order-book@2', false],
  );
  assert.deepEqual(second, {
    context: 'ordering',
    id: 'q-1',
    action: 'rebuild',
    about: 'order-book@2',
    key: null,
    since: '1970-01-01T00:00:00.001Z',
    ...by,
  });
});

test('a request that is taken back is not open any more', async () => {
  const { asked, leave, place } = await scene();
  const row = await leave(rebuild, 1);
  assert.equal((await asked()).requests.length, 1);

  const log = await place.store.reader('ordering');
  assert.equal(await takeBack({ ...place, log, host: systemHost() }, row, by), true);

  assert.deepEqual(await asked(), { requests: [], isCut: false });
});

/** A context whose log is there, and that nobody runs. */
async function scene() {
  const store = memory();
  const log = await store.open('ordering');
  await committed(log, { records: [fact('order/1', 1)] });
  await log.close();
  const config = { contexts: [boundedContext('ordering', {})], store };
  const place = { store, context: 'ordering' };
  return {
    place,
    asked: (): Promise<OpenRequests> => withLogs(config, undefined, openRequests),
    leave: async (request: Request, at: number) => {
      const row = requestRow(request, { id: `q-${at}`, at });
      await leaveRows(place, [row]);
      return row;
    },
  };
}
