import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { run } from '../../runtime/run.ts';
import { countingContext } from './fixtures/counting.ts';
import {
  assertMirrored,
  IDS,
  isMirrored,
  killOtherProcesses,
  otherProcess,
  rangesOf,
  until,
  untilShared,
} from './fixtures/counting-processes.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
after(killOtherProcesses);

test('two processes share the work on a context, and each event is handled once', async () => {
  const url = await server.createDatabase();
  const [ones, twos]: [string[], string[]] = [[], []];
  const one = countingContext((id) => void ones.push(id));
  const two = countingContext((id) => void twos.push(id));
  const first = await run([one.context], { store: postgres(url) });
  const second = await run([two.context], { store: postgres(url) });
  try {
    await Promise.all(
      IDS.map(async (id, index) => {
        const { app, parts } =
          index % 2 === 0 ? { app: first, parts: one } : { app: second, parts: two };
        await app.handle(parts.counter, id, { type: 'Count', data: { id, by: 1 } });
      }),
    );
    const tokens = await Promise.all(
      IDS.map((id) => first.handle(one.counter, id, { type: 'Count', data: { id, by: 2 } })),
    );
    const documents = await Promise.all(
      IDS.map((id, index) =>
        second.read(two.totals).get(id, { after: tokens[index]?.token ?? '' }),
      ),
    );

    assert.ok(documents.every((document) => document?.total === 3));
    assert.equal((await second.read(two.grand).get('all'))?.total, 300);
    await until(() => ones.length + twos.length >= 200);
    assert.equal(ones.length + twos.length, 200);
    assert.ok(ones.length > 20 && twos.length > 20, `${ones.length} and ${twos.length}`);
    assert.deepEqual(
      ones.filter((id) => twos.includes(id)),
      [],
    );
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('who stops lets go of its share at once, and the others take it over', async () => {
  const url = await server.createDatabase();
  const leaseMs = 120_000;
  const handled: string[] = [];
  const one = countingContext((id) => void handled.push(id));
  const two = countingContext(() => undefined);
  const first = await run([one.context], { store: postgres(url, { leaseMs }) });
  const second = await run([two.context], { store: postgres(url, { leaseMs }) });
  try {
    await second.stop();
    const began = performance.now();
    for (const id of IDS)
      await first.handle(one.counter, id, { type: 'Count', data: { id, by: 1 } });

    await until(() => handled.length === IDS.length);

    assert.deepEqual(handled.toSorted(), IDS.toSorted());
    // Nobody waited for it to be taken for dead.
    assert.ok(performance.now() - began < leaseMs / 2);
  } finally {
    await first.stop();
  }
});

test('the share of a process that was killed is taken over by the others', async (context) => {
  const url = await server.createDatabase();
  const child = await otherProcess(url, 2_000);
  const handled: string[] = [];
  const own = countingContext((id) => void handled.push(id));
  const app = await run([own.context], { store: postgres(url, { leaseMs: 2_000 }) });
  try {
    await untilShared(app, own, child.handled);
    handled.length = 0;
    child.process.kill('SIGKILL');
    const killed = performance.now();
    for (const id of IDS) await app.handle(own.counter, id, { type: 'Count', data: { id, by: 1 } });

    await until(() => new Set(handled).size === IDS.length);

    const tookMs = performance.now() - killed;
    context.diagnostic(`taken over within ${tookMs.toFixed(0)} ms of a lease of 2,000 ms`);
    await assertMirrored(app, own);
  } finally {
    await app.stop();
  }
});

test('a process that stands still loses its share, and commits nothing when it goes on', async () => {
  const url = await server.createDatabase();
  const child = await otherProcess(url, 1_000);
  const handled: string[] = [];
  const own = countingContext((id) => void handled.push(id));
  const app = await run([own.context], { store: postgres(url, { leaseMs: 1_000 }) });
  try {
    await untilShared(app, own, child.handled);
    handled.length = 0;
    // It stops in the middle of whatever it does.
    const writing = Promise.all(
      IDS.map((id) => app.handle(own.counter, id, { type: 'Count', data: { id, by: 1 } })),
    );
    child.process.kill('SIGSTOP');
    await writing;
    await until(() => handled.length + child.handled.length >= 0 && isMirrored(app, own));
    const before = child.handled.length;

    child.process.kill('SIGCONT');

    // It comes back as a new one, and gets its share again.
    await untilShared(app, own, child.handled, before);
    await assertMirrored(app, own);
  } finally {
    await app.stop();
    child.process.kill('SIGTERM');
    await once(child.process, 'exit');
  }
});

test('a release that deals keys otherwise takes over where all of the one before meet', async () => {
  const url = await server.createDatabase();
  const handled: string[] = [];
  const note = (id: string): void => void handled.push(id);
  const old = [countingContext(note), countingContext(note)] as const;
  const newer = countingContext(note, ({ data }) => `by length ${data.id.length}`);
  const first = await run([old[0].context], { store: postgres(url, { leaseMs: 2_000 }) });
  const second = await run([old[1].context], { store: postgres(url, { leaseMs: 2_000 }) });
  let isOver = false;
  const counted = new Map<string, number>();
  const writing = (async (): Promise<void> => {
    for (let round = 0; !isOver; round += 1) {
      const id = IDS[round % IDS.length] as string;
      await first.handle(old[0].counter, id, { type: 'Count', data: { id, by: 1 } });
      counted.set(id, (counted.get(id) ?? 0) + 1);
    }
  })();
  await until(() => handled.length > 50);

  const third = await run([newer.context], { store: postgres(url, { leaseMs: 2_000 }) });
  try {
    // The newer one does all of it by now.
    await until(async () => {
      const [range, ...more] = (await rangesOf(url)).map(({ fingerprint }) => fingerprint);
      return range !== undefined && more.length === 0 && range !== 'default';
    });
    await wait(300);
    isOver = true;
    await writing;
    const total = [...counted.values()].reduce((sum, count) => sum + count, 0);
    await until(() => handled.length >= total);

    assert.equal(handled.length, total);
    await assertMirrored(third, newer);
  } finally {
    isOver = true;
    await writing;
    await Promise.all([first.stop(), second.stop(), third.stop()]);
  }
});

test('in a rolling deploy each release folds and reads its own version of a read model', async () => {
  const url = await server.createDatabase();
  const old = countingContext(() => undefined);
  const newer = countingContext(() => undefined, undefined, 2);
  const first = await run([old.context], { store: postgres(url) });
  let isOver = false;
  let counted = 0;
  const id = 'c-0';
  const count = () => first.handle(old.counter, id, { type: 'Count', data: { id, by: 1 } });
  for (; counted < 300; counted += 1) await count();
  const writing = (async (): Promise<void> => {
    for (; !isOver; counted += 1) await count();
  })();

  const second = await run([newer.context], { store: postgres(url) });
  try {
    // Built beside the old one, from the beginning, while commands come.
    await until(async () => ((await second.read(newer.totals).get(id))?.total ?? 0) > 300);
    isOver = true;
    await writing;
    const { token } = await count();
    const total = counted + 1;

    assert.equal((await first.read(old.totals).get(id, { after: token }))?.total, total);
    assert.equal((await second.read(newer.totals).get(id, { after: token }))?.total, total);
    assert.equal((await second.read(newer.grand).get('all'))?.total, total);
    await first.stop();
    // The old version is nobody's any more; the newer one goes on alone.
    await second.handle(newer.counter, id, { type: 'Count', data: { id, by: 1 } });
    await until(async () => (await second.read(newer.totals).get(id))?.total === total + 1);
  } finally {
    isOver = true;
    await writing;
    await Promise.all([first.stop(), second.stop()]);
  }
});
