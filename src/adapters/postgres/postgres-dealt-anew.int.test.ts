/** A rolling deploy of a release that deals keys otherwise, in which processes die at a bad moment. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { run } from '../../runtime/run.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { countingContext } from './fixtures/counting.ts';
import {
  type App,
  assertMirrored,
  type Counting,
  IDS,
  killOtherProcesses,
  otherProcess,
  rangesOf,
  until,
  untilShared,
} from './fixtures/counting-processes.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
after(killOtherProcesses);

// Longer than it takes from where a process stands still to where it is killed.
const leaseMs = 12_000;
const oldOne = () => countingContext(() => undefined);
const newOne = () =>
  countingContext(
    () => undefined,
    ({ data }) => `by length ${data.id.length}`,
  );

test('those left of the older release go on with what one of them was killed on, until all meet', async () => {
  const url = await server.createDatabase();
  const old = oldOne();
  const newer = newOne();
  const killed = await otherProcess(url, leaseMs);
  const first = await run([old.context], { store: postgres(url, { leaseMs }) });
  const started: App[] = [first];
  try {
    await untilShared(first, old, killed.handled);
    killed.process.kill('SIGSTOP');
    await countAll(first, old);
    started.push(await run([newer.context], { store: postgres(url, { leaseMs }) }));
    killed.process.kill('SIGKILL');

    await untilDealtByTheNewer(url);
    await assertMirrored(first, old);
  } finally {
    await Promise.all(started.map((app) => app.stop()));
  }
});

test('when all of the older release died apart, one of it brings them together, and a newer one goes on', async () => {
  const url = await server.createDatabase();
  const old = oldOne();
  const killed = await otherProcess(url, leaseMs);
  const first = await run([old.context], { store: postgres(url, { leaseMs }) });
  await untilShared(first, old, killed.handled);
  killed.process.kill('SIGSTOP');
  await countAll(first, old);
  await until(async () => new Set((await rangesOf(url)).map(({ position }) => position)).size > 1);
  const handledBefore = first.stop();
  killed.process.kill('SIGKILL');
  await Promise.all([handledBefore, once(killed.process, 'exit')]);
  const newer = newOne();
  const troubles: string[] = [];
  const logger: Logger = { log: (line) => void ('code' in line && troubles.push(`${line.code}`)) };
  const early = await run([newer.context], { store: postgres(url, { leaseMs }), logger });
  const started: App[] = [early];
  try {
    await until(() => troubles.includes('ranges-apart'));

    const again = await run([oldOne().context], { store: postgres(url, { leaseMs }) });
    started.push(again);
    await early.stop();
    const last = await run([newer.context], { store: postgres(url, { leaseMs }) });
    started.push(last);

    await untilDealtByTheNewer(url);
    await assertMirrored(last, newer);
  } finally {
    await Promise.all(started.map((app) => app.stop()));
  }
});

async function countAll(app: App, { counter }: Counting): Promise<void> {
  for (const id of IDS) await app.handle(counter, id, { type: 'Count', data: { id, by: 1 } });
}

async function untilDealtByTheNewer(url: string): Promise<void> {
  await until(async () => {
    const fingerprints = (await rangesOf(url)).map(({ fingerprint }) => fingerprint);
    return fingerprints.every((fingerprint) => fingerprint !== 'default');
  });
  assert.equal(new Set((await rangesOf(url)).map(({ position }) => position)).size, 1);
}
