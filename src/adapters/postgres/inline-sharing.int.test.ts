/**
 * An inline read model while two releases of a context run, one of which does not know it: what that
 * one appends nobody folds, and that is not forgotten.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import type { Store } from '../../log/store.ts';
import type { Application } from '../../runtime/application.ts';
import { run } from '../../runtime/run.ts';
import type { LogLine } from '../../telemetry/logger.ts';
import { changedStore } from './fixtures/changed-store.ts';
import { countingContext } from './fixtures/counting.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

const GRAND = 'grand total@1';

const server = await sharedPostgres();

test('what an older release appends beside a newer one is in a new inline read model in the end', async (t) => {
  const url = await server.createDatabase();
  const older = await release(t, url, false);
  await older.count();
  const newer = await release(t, url, true);
  await newer.count();
  await older.count();

  const beside = await newer.grandTotal();
  await Promise.all([older.app.stop(), newer.app.stop()]);
  const again = await release(t, url, true);
  const third = await release(t, url, true);

  assert.equal(beside, 2);
  assert.match(newer.told(), /"grand total@1" have appended/);
  assert.equal(await again.grandTotal(), 3);
  assert.deepEqual([again.told(), third.told()], ['', '']);
  await third.count();
  assert.equal(await again.grandTotal(), 4);
});

test('nobody builds an inline read model anew while another process folds it', async (t) => {
  const url = await server.createDatabase();
  const first = await release(t, url, true);
  await first.count();
  // It does not know it, and so takes away what says that all have folded it.
  await release(t, url, false);
  const dropped: string[] = [];
  const second = await release(t, url, true, {
    onDropped: async (model) => {
      dropped.push(model);
      await first.count();
    },
  });
  await second.count();

  assert.deepEqual(dropped, []);
  assert.equal(await first.grandTotal(), 2);
  assert.match(second.told(), /"grand total@1" have appended/);
});

test('a process that was taken for dead does not build anew what it goes on folding', async (t) => {
  const url = await server.createDatabase();
  const dropped: string[] = [];
  const only = await release(t, url, true, {
    onDropped: async (model) => void dropped.push(model),
  });
  await only.count();
  await release(t, url, false);
  dropped.length = 0;

  await queryOnce(url, `delete from counting.members where knows::text like '%grand total%'`);
  await until(() => assert.match(only.told(), /"grand total@1" have appended/));
  await only.count();

  assert.deepEqual(dropped, []);
  assert.equal(await only.grandTotal(), 2);
});

/** A release of a context, which knows its inline read model or does not yet. */
async function release(
  t: TestContext,
  url: string,
  knowsGrand: boolean,
  { onDropped }: { readonly onDropped?: (model: string) => Promise<void> } = {},
): Promise<Release> {
  const { context, counter, grand, totals } = countingContext(() => undefined);
  const readModels = knowsGrand ? [totals, grand] : [totals];
  const lines: LogLine[] = [];
  const app = await run([{ ...context, readModels }], {
    store: droppingStore(postgres(url, { leaseMs: 1_000 }), onDropped),
    logger: { log: (line) => lines.push(line) },
  });
  t.after(() => app.stop());
  return {
    app,
    count: async () => {
      await app.handle(counter, 'c', { type: 'Count', data: { id: 'c', by: 1 } });
    },
    grandTotal: async () => (await app.read(grand).get('all'))?.total,
    told: () =>
      lines.flatMap((line) => ('about' in line ? [`${line.about}: ${line.message}`] : [])).join(),
  };
}

interface Release {
  readonly app: Application;
  readonly count: () => Promise<void>;
  readonly grandTotal: () => Promise<number | undefined>;
  readonly told: () => string;
}

/** A store that tells when the inline read model was dropped. */
function droppingStore(store: Store, onDropped?: (model: string) => Promise<void>): Store {
  return changedStore(store, (log) => {
    const drop = log.dropModel.bind(log);
    log.dropModel = async (model, subscription) => {
      await drop(model, subscription);
      if (model === GRAND) await onDropped?.(model);
    };
  });
}
