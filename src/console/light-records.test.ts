/** Lists of records are light: data that is too much for one is left out, and comes when it is asked for alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { ShownRecord } from '../inspection/shown-record.ts';
import type { Tail } from './api.ts';
import { eventsOf, watchedOf } from './fixtures/watched.ts';
import { DATA_CHARACTERS_MAX, ONE_DATA_CHARACTERS_MAX, lightRecords } from './light-records.ts';

type Scanned = { type: 'Scanned'; data: { text: string } };

const scan = aggregate({
  name: 'scan',
  initial: {},
  decide: (command: Scanned): Scanned[] => [command],
  evolve: (state: object, _event: Scanned) => state,
});

test('a record whose data is long comes without it in a list and live, and alone with it', async () => {
  const { app, ask, get, close } = await watchedOf([
    boundedContext('archive', { aggregates: [scan] }),
  ]);
  try {
    const events = eventsOf(await get('api/tail'));
    await events.next();
    await app.handle(scan, 'short', scanned('a word'));
    await app.handle(scan, 'long', scanned('x'.repeat(ONE_DATA_CHARACTERS_MAX)));

    const live: ShownRecord[] = [];
    while (live.length < 2) live.push(...(await tailOf(events)).records);
    const { records } = await ask('records', {});
    const [long, short] = records;
    const alone = await ask('record', { context: 'archive', position: `${long?.position}` });

    const left = { '[too long for a list]': ONE_DATA_CHARACTERS_MAX + '{"text":""}'.length };
    assert.deepEqual(short?.data, { text: 'a word' });
    assert.deepEqual(long?.data, left);
    assert.deepEqual(live, records.toReversed());
    assert.deepEqual(alone, { ...long, data: { text: 'x'.repeat(ONE_DATA_CHARACTERS_MAX) } });
  } finally {
    await close();
  }
});

test('data is sent as long as that list has room for it, and each record is there all the same', () => {
  const one = ONE_DATA_CHARACTERS_MAX;
  const room = DATA_CHARACTERS_MAX / one;
  const records = Array.from({ length: room + 3 }, (_, position) => shown(position, one));

  const light = lightRecords(records);

  assert.deepEqual(light.slice(0, room), records.slice(0, room));
  assert.deepEqual(
    light.slice(room),
    records.slice(room).map((record) => ({ ...record, data: { '[too long for a list]': one } })),
  );
});

async function tailOf(events: ReturnType<typeof eventsOf>): Promise<Tail> {
  const { value } = await events.next();
  assert.equal(value?.event, 'tail');
  return value.data as Tail;
}

function scanned(text: string): Scanned {
  return { type: 'Scanned', data: { text } };
}

/** A record with data of so many characters as JSON. */
function shown(position: number, characters: number): ShownRecord {
  return { position, data: 'x'.repeat(characters - 2) } as unknown as ShownRecord;
}
