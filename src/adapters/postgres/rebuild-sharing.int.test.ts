/**
 * A read model is built anew in one process while another one joins, and both go on with the documents
 * that are read: what was built ends where this process let go of them, and must not take their place.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import type { Store } from '../../log/store.ts';
import { RebuildError } from '../../runtime/rebuild.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { changedStore } from './fixtures/changed-store.ts';
import { countingContext } from './fixtures/counting.ts';
import { IDS } from './fixtures/counting-processes.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('a rebuild during which another process joins fails, and no document misses anything', async () => {
  const url = await server.createDatabase();
  const [one, two] = [countingContext(() => undefined), countingContext(() => undefined)];
  const begun = Promise.withResolvers<void>();
  const joined = Promise.withResolvers<void>();
  const store = heldAt('totals@1 being rebuilt', begun.resolve, joined.promise, postgres(url));
  const first = await run([one.context], { store, logger: silent });
  const count = () =>
    Promise.all(
      IDS.map((id) => first.handle(one.counter, id, { type: 'Count', data: { id, by: 1 } })),
    );
  await count();
  await first.settled();

  const rebuilding = first.rebuild(one.totals).then(
    () => undefined,
    (error: unknown) => error,
  );
  await begun.promise;
  const second = await run([two.context], { store: postgres(url), logger: silent });
  try {
    await count();
    await Promise.all([first.settled(), second.settled()]);
    joined.resolve();
    const error = await rebuilding;
    await count();
    await Promise.all([first.settled(), second.settled()]);

    assert.ok(error instanceof RebuildError, String(error));
    assert.match(error.message, /let go of its subscription/);
    const found = await first.read(one.totals).find({ limit: IDS.length + 1 });
    assert.deepEqual(
      found.map(({ total }) => total),
      IDS.map(() => 3),
    );
  } finally {
    joined.resolve();
    await Promise.all([first.stop(), second.stop()]);
  }
});

/** A store that says when a read model is about to be made, and makes it when it may. */
function heldAt(model: string, begun: () => void, until: Promise<void>, store: Store): Store {
  return changedStore(store, (log) => {
    const define = log.defineModel.bind(log);
    log.defineModel = async (name, indexes) => {
      if (name === model) {
        begun();
        await until;
      }
      return define(name, indexes);
    };
  });
}
