/** Fields that can be asked for have real indexes, and these are used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { committed } from '../../conformance/log/samples.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const DOCUMENTS = 5_000;

test('what is asked for by a field is found by its index, and what is ordered by one comes by it', async () => {
  const url = await server.createDatabase();
  const log = await postgres(url).open('ordering');
  await log.defineModel('orders@1', ['city', 'total']);
  const documents = Array.from({ length: DOCUMENTS }, (_, index) => ({
    model: 'orders@1',
    key: `o-${index}`,
    text: JSON.stringify({ city: `city ${index % 500}`, total: index }),
  }));
  await committed(log, { documents });
  await queryOnce(url, 'analyze ordering.documents');

  const inCity = await log.findDocuments('orders@1', {
    where: [{ field: 'city', operator: 'equals', value: 'city 7' }],
    limit: 50,
  });
  const first = await log.findDocuments('orders@1', {
    where: [],
    orderBy: { field: 'total', direction: 'ascending' },
    limit: 3,
  });

  assert.equal(inCity.length, DOCUMENTS / 500);
  assert.deepEqual(
    first.map(({ key }) => key),
    ['o-0', 'o-1', 'o-2'],
  );
  await log.close();
  const used = await queryOnce<{ index: string }>(
    url,
    `select indexrelname as index from pg_stat_user_indexes
      where schemaname = 'ordering' and idx_scan > 0 and indexrelname like 'documents_1\\__'
      order by indexrelname`,
  );
  assert.deepEqual(
    used.map(({ index }) => index),
    ['documents_1_1', 'documents_1_2'],
  );
});
