/** When several processes run one context, a pause holds for all of them, whoever comes and goes. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { systemHost } from '../../host/host.ts';
import { pauseSubscription, pauses, resumeSubscription } from '../../inspection/pauses.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { countingContext } from './fixtures/counting.ts';
import {
  type App,
  assertMirrored,
  type Counting,
  IDS,
  killOtherProcesses,
  otherProcess,
  until,
  untilShared,
} from './fixtures/counting-processes.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const by = { who: 'ann', why: 'a look' };
after(killOtherProcesses);

test('a pause stops the share of each process, also of one that starts later, until a resume', async () => {
  const url = await server.createDatabase();
  const handled: string[] = [];
  const one = countingContext((id) => void handled.push(id));
  const two = countingContext((id) => void handled.push(id));
  const three = countingContext((id) => void handled.push(id));
  const options = { store: postgres(url), logger: silent };
  const first = await run([one.context], options);
  const second = await run([two.context], { ...options, store: postgres(url) });
  let third: App | undefined;
  const asking = await askingOf(url);
  try {
    await first.pause(one.context, 'mirror', by);
    await until(async () =>
      (await stalled(second)).every((why) => why === 'paused by ann: a look'),
    );
    third = await run([three.context], { ...options, store: postgres(url) });
    await countAll(first, one);
    await until(async () => (await third?.read(three.totals).count({})) === IDS.length);
    await wait(200);
    assert.deepEqual(handled, []);

    const resumed = await resumeSubscription(asking, { subscription: 'mirror', ...by });
    await until(() => handled.length === IDS.length);
    assert.equal(resumed.state, 'done');
    await assertMirrored(first, one);
    const operations = await asking.log.operations(10);
    assert.deepEqual(
      operations.map(({ action }) => action),
      ['resume', 'pause'],
    );
  } finally {
    await asking.log.close();
    await Promise.all([first.stop(), second.stop(), third?.stop()]);
  }
});

test('who takes over the share of a killed process begins it paused', async () => {
  const url = await server.createDatabase();
  const child = await otherProcess(url, 1_000);
  const handled: string[] = [];
  const own = countingContext((id) => void handled.push(id));
  const app = await run([own.context], {
    store: postgres(url, { leaseMs: 1_000 }),
    logger: silent,
  });
  const asking = await askingOf(url);
  try {
    await untilShared(app, own, child.handled);
    await assertMirrored(app, own);
    const paused = await pauseSubscription(asking, { subscription: 'mirror', ...by });
    await until(async () => (await stalled(app)).every((why) => why !== null));
    assert.equal(paused.state, 'done');
    assert.deepEqual(
      (await pauses(asking.log)).map(({ subscription, who, why }) => [subscription, who, why]),
      [['mirror', 'ann', 'a look']],
    );
    child.process.kill('SIGKILL');
    handled.length = 0;
    await countAll(app, own);
    await until(async () => (await stalled(app)).length > 0 && (await allHere(url, app)));
    assert.deepEqual(handled, []);

    await app.resume(own.context, 'mirror', by);
    await until(() => new Set(handled).size === IDS.length);
    await assertMirrored(app, own);
  } finally {
    await asking.log.close();
    await app.stop();
  }
});

async function countAll(app: App, { counter }: Counting): Promise<void> {
  await Promise.all(
    IDS.map((id) => app.handle(counter, id, { type: 'Count', data: { id, by: 1 } })),
  );
}

/** Why the mirror does not move in this process, of each of its ranges here. */
async function stalled(app: App): Promise<readonly (string | null)[]> {
  const { contexts } = await app.health();
  const subscriptions = contexts.flatMap((each) => each.subscriptions);
  return subscriptions.filter(({ name }) => name === 'mirror').map(({ stalledWhy }) => stalledWhy);
}

/** Whether one process has all that there is of the context. */
async function allHere(url: string, app: App): Promise<boolean> {
  const diagnosis = await postgres(url).diagnose?.('counting');
  const living = diagnosis?.runners.filter(({ isAlive }) => isAlive) ?? [];
  const held = living.map(({ holds }) => holds?.['mirror']);
  return app !== undefined && held.length === 1 && held[0]?.[0] === 0 && held[0][1] === 255;
}

async function askingOf(url: string) {
  const store = postgres(url);
  const log = await store.reader('counting');
  const { signal } = new AbortController();
  return { store, context: 'counting', log, host: systemHost(), waitMs: 20_000, signal };
}
