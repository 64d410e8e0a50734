/** A version of a read model is dropped by hand only when no process of the context knows it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { systemHost } from '../../host/host.ts';
import { dropModel, modelVersions } from '../../inspection/model-versions.ts';
import { withLogs } from '../../inspection/open-logs.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { countingContext } from './fixtures/counting.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('while an older release runs beside a newer one its version is kept, and dropped when it is gone', async () => {
  const url = await server.createDatabase();
  const older = countingContext(() => undefined);
  const newer = countingContext(() => undefined, undefined, 2);
  const first = await run([older.context], { store: postgres(url), logger: silent });
  const second = await run([newer.context], { store: postgres(url), logger: silent });
  const store = postgres(url);
  const log = await store.reader('counting');
  const { signal } = new AbortController();
  const asking = { store, context: 'counting', log, host: systemHost(), waitMs: 20_000, signal };
  const asked = { model: 'totals@1', who: 'ann', why: 'the disk is full' };
  try {
    const whileKnown = await dropModel(asking, asked);
    await first.stop();
    await second.settled();
    const afterwards = await dropModel(asking, asked);
    const left = await withLogs({ contexts: [newer.context], store }, 'counting', async ([open]) =>
      open === undefined ? [] : modelVersions(open),
    );

    assert.equal(whileKnown.state, 'refused');
    assert.deepEqual(afterwards, { state: 'done' });
    assert.deepEqual(
      left.map(({ model }) => model),
      ['grand total@1', 'totals@2'],
    );
  } finally {
    await log.close();
    await Promise.all([first.stop(), second.stop()]);
  }
});
