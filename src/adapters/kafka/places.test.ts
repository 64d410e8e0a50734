import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordsDroppedError } from '../../log/retention.ts';
import { FROM_NOW, type Mark } from '../../log/write-set.ts';
import { markAt, placesOf } from './places.ts';
import { UNTYPED } from './published-partition.ts';
import { marksIn, startPlaces } from './start-places.ts';

const OF = { source: 'ordering', contract: 'ordering.A' };
const TOPIC = { topicId: 'id-1', begins: [0, 5, 0], ends: [10, 20, 30] };

test('a mark says the place in each partition, and is read as it was written', () => {
  const places = { topicId: '0b9d6f52-2f8e-4a7e-9c1c-5d4f7c8f0a11', places: [120, 0, 77] };

  const mark = markAt(OF, places);

  assert.equal(mark.epoch, '0b9d6f52-2f8e-4a7e-9c1c-5d4f7c8f0a11|0:120,1:0,2:77');
  assert.equal(mark.position, 197);
  assert.deepEqual(placesOf(mark), places);
});

test('a mark of another backbone, or that knows no place yet, says none', () => {
  for (const epoch of ['', 'an epoch', 'id|0:x', '2026-05-01T10:00:00Z'])
    assert.equal(placesOf({ ...OF, epoch, position: 7 }), undefined);
});

test('a consumer goes on where it was, and where partitions were added, from their beginning', () => {
  const places = startAt(markAt(OF, { topicId: 'id-1', places: [3, 7] }));

  assert.deepEqual(places, [3, 7, 0]);
});

test('a topic that was made anew, and a mark of another backbone, are read from the beginning', () => {
  assert.deepEqual(startAt(markAt(OF, { topicId: 'id-0', places: [3, 7, 9] })), [0, 5, 0]);
  assert.deepEqual(startAt({ ...OF, epoch: 'an epoch', position: 40 }), [0, 5, 0]);
});

test('a partition that ends before the place that was reached is read from its beginning', () => {
  assert.deepEqual(startAt(markAt(OF, { topicId: 'id-1', places: [3, 21, 30] })), [3, 5, 30]);
});

test('a place before all that is left means that messages were dropped', () => {
  const mark = markAt(OF, { topicId: 'id-1', places: [3, 4, 0] });

  assert.throws(() => startAt(mark), RecordsDroppedError);
});

test('who begins now begins so in each partition', () => {
  const places = startAt({ ...OF, epoch: '', position: FROM_NOW });

  assert.deepEqual(places, [FROM_NOW, FROM_NOW, FROM_NOW]);
});

test('what says no type goes with the contract that is furthest', () => {
  const places = new Map([
    ['ordering.A', [3, FROM_NOW]],
    ['ordering.B', [9, FROM_NOW]],
  ]);

  const untypedIn = [0, 1].map((partition) =>
    marksIn(partition, { source: 'ordering', topicId: 'id-1', places }).find(
      ({ contract }) => contract === UNTYPED,
    ),
  );

  assert.deepEqual(
    untypedIn.map((mark) => [mark?.epoch, mark?.position]),
    [
      ['id-1', 9],
      ['', FROM_NOW],
    ],
  );
});

function startAt(mark: Mark): readonly number[] | undefined {
  const consumer = { consumer: 'billing', source: 'ordering', contracts: [OF.contract] };
  return startPlaces({ ...consumer, marks: [mark] }, TOPIC).get(OF.contract);
}
