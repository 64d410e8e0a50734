import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aggregate } from '../aggregate/aggregate.ts';
import { StateVersionError, UnknownEventTypeError } from '../aggregate/load-state.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { NotPublishedHereError } from '../context/outgoing-record.ts';
import { type Clock, systemClock } from '../host/clock.ts';
import { OutcomeUnknownError } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { NewRecord } from '../log/record.ts';
import { VersionConflictError } from '../log/version-conflict.ts';
import type { Fact } from '../message/fact.ts';
import { InvalidTimeError } from '../message/business-time.ts';
import { PayloadNotJsonError, PayloadTooLargeError } from '../message/payload.ts';
import { upcasting } from '../message/upcasting.ts';
import { NotRunningHereError } from './not-running-here.ts';
import {
  type Account,
  type AccountEvent,
  Overdrawn,
  account,
  accountWith,
  deposit,
  evolve,
  publishDeposits,
  withdraw,
} from './fixtures/banking.ts';
import { openedStore, rejection, start } from './fixtures/start.ts';
import { InvalidCommandIdError } from './call-options.ts';
import { CommandIdReusedError } from './handle-command.ts';

const banking = boundedContext('banking', { aggregates: [account], publishes: [publishDeposits] });

test('a command answers with the state, the events and the version that it made', async (t) => {
  const app = await start(t, [banking]);

  await app.handle(account, 'a', deposit(5));
  const handled = await app.handle(account, 'a', withdraw(2));

  assert.deepEqual(handled.state, { balance: 3, movements: 2 });
  assert.equal(handled.version, 2);
  assert.equal(handled.id, 'a');
  const [event] = handled.events;
  assert.equal(event?.type, 'Withdrawn');
  assert.deepEqual(event?.data, { amount: 2 });
  assert.equal(event?.stream, 'account/a');
  assert.equal(event?.version, 2);
  assert.ok((event?.position ?? 0) > 1);
});

test('what a command carries is kept beside each record that it causes', async (t) => {
  const store = openedStore();
  const app = await start(t, [banking], { store });

  await app.handle(account, 'a', deposit(5), {
    commandId: 'c-1',
    correlationId: 'action',
    occurredAt: '2011-12-09T12:50:00.000Z',
    metadata: { user: 'ann' },
    traceparent: '00-1-2-01',
  });

  const [domain, outgoing] = await store.log('banking').recordsOfAction('action', 10);
  assert.equal(domain?.direction, 'domain');
  assert.equal(domain?.causationId, 'c-1');
  assert.equal(outgoing?.direction, 'outgoing');
  assert.equal(outgoing?.causationId, domain?.id);
  for (const record of [domain, outgoing]) {
    assert.equal(record?.occurredAt, Date.parse('2011-12-09T12:50:00.000Z'));
    assert.equal(record?.metadata, '{"user":"ann"}');
    assert.equal(record?.traceparent, '00-1-2-01');
  }
});

test('a refusal comes out as it was thrown, and nothing is changed', async (t) => {
  const store = openedStore();
  const app = await start(t, [banking], { store });
  await app.handle(account, 'a', deposit(5));
  const head = await store.log('banking').head();

  await rejection(app.handle(account, 'a', withdraw(6)), Overdrawn);

  assert.equal(await store.log('banking').head(), head);
});

test('a command that changes nothing answers with no events and a token', async (t) => {
  const app = await start(t, [banking]);
  await app.handle(account, 'a', deposit(5));

  const handled = await app.handle(account, 'a', { type: 'Inspect', data: {} });

  assert.deepEqual(handled.events, []);
  assert.equal(handled.version, 1);
  assert.equal(handled.state.balance, 5);
  assert.match(handled.token, /^banking:/);
});

test('a hundred callers at once on one stream all take effect, one after the other', async (t) => {
  const app = await start(t, [banking]);

  const all = await Promise.all(
    Array.from({ length: 100 }, () => app.handle(account, 'a', deposit(1))),
  );

  assert.deepEqual(
    all.map(({ version }) => version).toSorted((a, b) => a - b),
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
  assert.equal(Math.max(...all.map(({ state }) => state.balance)), 100);
});

test('when somebody else was faster it is decided again on the new state', async (t) => {
  const store = openedStore();
  const app = await start(t, [banking], { store });
  await app.handle(account, 'a', deposit(5));
  await store.log('banking').commit([{ records: [foreign('account/a', 2, { amount: 100 })] }]);

  const handled = await app.handle(account, 'a', deposit(1));

  assert.equal(handled.version, 3);
  assert.equal(handled.state.balance, 106);
});

test('a conflict that never ends is told after a bounded number of tries', async (t) => {
  const store = openedStore();
  const other = openedStore();
  const app = await start(t, [banking], {
    store: {
      ...store,
      async open(context) {
        const log = await store.open(context);
        let version = 0;
        // Somebody else is faster, each time.
        return Object.assign(Object.create(log), {
          commit: async (writeSets: Parameters<typeof log.commit>[0]) => {
            if (writeSets[0]?.expects?.length === 1)
              await log.commit([
                { records: [foreign('account/a', (version += 1), { amount: 1 })] },
              ]);
            return log.commit(writeSets);
          },
        });
      },
    },
  });
  assert.equal(other.name, 'memory');

  const error = await rejection(app.handle(account, 'a', deposit(1)), VersionConflictError);

  assert.equal(error.stream, 'account/a');
  assert.equal(error.retryable, true);
});

test('an expected version that holds is accepted, another one is refused', async (t) => {
  const app = await start(t, [banking]);
  await app.handle(account, 'a', deposit(5), { expectedVersion: 0 });
  await app.handle(account, 'a', deposit(5), { expectedVersion: 1 });

  const error = await rejection(
    app.handle(account, 'a', deposit(5), { expectedVersion: 1 }),
    VersionConflictError,
  );

  assert.deepEqual([error.expected, error.actual], [1, 2]);
});

test('an expected version that does not hold is told before the decider is asked', async (t) => {
  const app = await start(t, [banking]);
  await app.handle(account, 'a', deposit(5));

  await rejection(
    app.handle(account, 'a', withdraw(6), { expectedVersion: 0 }),
    VersionConflictError,
  );
});

test('the same command id again returns the first outcome: state, events and token', async (t) => {
  const app = await start(t, [banking]);
  const first = await app.handle(account, 'a', deposit(5), { commandId: 'c-1' });
  await app.handle(account, 'a', deposit(7));

  const again = await app.handle(account, 'a', deposit(5), { commandId: 'c-1' });

  assert.deepEqual(again, first);
  assert.equal((await app.handle(account, 'a', deposit(0))).state.balance, 12);
});

test('the same command id returns the first outcome after a restart', async (t) => {
  const store = openedStore();
  const app = await start(t, [banking], { store });
  const first = await app.handle(account, 'a', deposit(5), { commandId: 'c-1' });
  await app.stop();
  const restarted = await start(t, [banking], { store });

  const again = await restarted.handle(account, 'a', deposit(5), { commandId: 'c-1' });

  assert.deepEqual(again, first);
});

test('a command id that was used for another command is an error', async (t) => {
  const app = await start(t, [banking]);
  await app.handle(account, 'a', deposit(5), { commandId: 'c-1' });

  for (const other of [
    () => app.handle(account, 'a', deposit(6), { commandId: 'c-1' }),
    () => app.handle(account, 'b', deposit(5), { commandId: 'c-1' }),
    () => app.handle(account, 'a', withdraw(5), { commandId: 'c-1' }),
  ]) {
    const error = await rejection(other(), CommandIdReusedError);
    assert.equal(error.commandId, 'c-1');
  }
});

test('the order of fields makes no other command of it', async (t) => {
  const store = openedStore();
  const app = await start(t, [banking], { store });
  const one = { type: 'Deposit', data: { amount: 5 } } as const;
  const other = { data: { amount: 5 }, type: 'Deposit' } as const;

  await app.handle(account, 'a', one, { commandId: 'c-1' });
  const again = await app.handle(account, 'a', other, { commandId: 'c-1' });

  assert.equal(again.version, 1);
});

test('two at once with one command id take effect once', async (t) => {
  const app = await start(t, [banking]);

  const [one, other] = await Promise.all([
    app.handle(account, 'a', deposit(5), { commandId: 'c-1' }),
    app.handle(account, 'a', deposit(5), { commandId: 'c-1' }),
  ]);

  assert.deepEqual(one, other);
  assert.equal((await app.handle(account, 'a', deposit(0))).state.balance, 5);
});

test('two at once with one command id and other bodies: one is done, the other refused', async (t) => {
  const app = await start(t, [banking]);

  const results = await Promise.allSettled([
    app.handle(account, 'a', deposit(5), { commandId: 'c-1' }),
    app.handle(account, 'b', deposit(5), { commandId: 'c-1' }),
  ]);

  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
});

test('after a command of which nobody knows what became, the next one is decided on what is in the log', async (t) => {
  const store = openedStore();
  const clock = systemClock();
  const quick: Clock = { ...clock, sleep: (ms, signal) => clock.sleep(ms / 100, signal) };
  const app = await start(t, [banking], { store, host: { clock: quick } });
  await app.handle(account, 'a', deposit(1));
  const log = store.log('banking') as { -readonly [Name in keyof Log]: Log[Name] };
  const { commit, recordsById } = log;
  log.commit = async (writeSets) => {
    log.commit = commit;
    await commit(writeSets);
    throw new Error('the answer is lost');
  };
  log.recordsById = () => Promise.reject(new Error('the store is away'));
  await rejection(app.handle(account, 'a', deposit(9)), OutcomeUnknownError);
  log.recordsById = recordsById;

  const handled = await app.handle(account, 'a', withdraw(10));

  assert.deepEqual(handled.state, { balance: 0, movements: 3 });
});

test('a refused command id is decided anew: nothing was done under it', async (t) => {
  const app = await start(t, [banking]);
  await rejection(app.handle(account, 'a', withdraw(5), { commandId: 'c-1' }), Overdrawn);
  await app.handle(account, 'a', deposit(5));

  const handled = await app.handle(account, 'a', withdraw(5), { commandId: 'c-1' });

  assert.equal(handled.state.balance, 0);
});

test('a command id has 1 to 255 characters', async (t) => {
  const app = await start(t, [banking]);

  for (const commandId of ['', 'x'.repeat(256)])
    await rejection(app.handle(account, 'a', deposit(1), { commandId }), InvalidCommandIdError);
});

test('a time that is none is refused', async (t) => {
  const app = await start(t, [banking]);

  await rejection(app.handle(account, 'a', deposit(1), { occurredAt: 'noon' }), InvalidTimeError);
});

test('what is answered can be changed by the caller without changing what is known', async (t) => {
  const app = await start(t, [banking]);
  const { state } = await app.handle(account, 'a', deposit(5));

  try {
    (state as { balance: number }).balance = 1_000_000;
  } catch (error) {
    assert.ok(error instanceof TypeError);
  }

  await rejection(app.handle(account, 'a', withdraw(6)), Overdrawn);
});

for (const stored of ['events', 'state'] as const) {
  test(`the same decider works stored as ${stored}, also after a restart`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'thereupon-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const wired = accountWith({ stored });
    const context = boundedContext('banking', { aggregates: [wired] });
    const app = await start(t, [context], { store: sqlite(folder) });
    await app.handle(wired, 'a', deposit(5));
    await app.handle(wired, 'a', withdraw(2));
    await app.stop();
    const restarted = await start(t, [context], { store: sqlite(folder) });

    await rejection(restarted.handle(wired, 'a', withdraw(4)), Overdrawn);
    const handled = await restarted.handle(wired, 'a', withdraw(3));

    assert.deepEqual(handled.state, { balance: 0, movements: 3 });
    assert.equal(handled.version, 3);
  });
}

test('a stored state is trusted: its events are not folded', async (t) => {
  const store = openedStore();
  const wired = accountWith({ stored: 'state' });
  const app = await start(t, [boundedContext('banking', { aggregates: [wired] })], { store });
  await app.handle(wired, 'a', deposit(5));
  await app.stop();
  const counted = countingEvolve();
  const counting = aggregate({
    ...wired,
    evolve: counted.evolve,
    upgradeState: (s) => s as Account,
  });

  const restarted = await start(t, [boundedContext('banking', { aggregates: [counting] })], {
    store,
  });
  await restarted.handle(counting, 'a', deposit(1));

  assert.equal(counted.calls, 1);
});

test('a snapshot spares the folding of what came before it', async (t) => {
  const store = openedStore();
  const wired = accountWith({ snapshotEvery: 10 });
  const app = await start(t, [boundedContext('banking', { aggregates: [wired] })], { store });
  for (let count = 0; count < 25; count += 1) await app.handle(wired, 'a', deposit(1));
  await app.stop();
  const counted = countingEvolve();
  const counting = aggregate({
    ...wired,
    evolve: counted.evolve,
    upgradeState: (state) => state as Account,
  });

  const restarted = await start(t, [boundedContext('banking', { aggregates: [counting] })], {
    store,
  });
  const handled = await restarted.handle(counting, 'a', deposit(1));

  assert.equal(handled.state.balance, 26);
  // Those after the snapshot at 20, and the new one.
  assert.equal(counted.calls, 6);
});

test('a state of an older version is upgraded, from a snapshot and from a stored state', async (t) => {
  for (const options of [{ snapshotEvery: 1 }, { stored: 'state' }] as const) {
    const store = openedStore();
    const old = accountWith(options);
    const app = await start(t, [boundedContext('banking', { aggregates: [old] })], { store });
    await app.handle(old, 'a', deposit(5));
    await app.stop();
    const newer = accountWith({
      ...options,
      stateVersion: 2,
      upgradeState: (state, fromVersion) => {
        assert.equal(fromVersion, 1);
        return { ...(state as Account), balance: 1_000 };
      },
    });

    const restarted = await start(t, [boundedContext('banking', { aggregates: [newer] })], {
      store,
    });
    const handled = await restarted.handle(newer, 'a', deposit(1));

    assert.equal(handled.state.balance, 1_001);
  }
});

test('without a way to upgrade it, an event-sourced state is folded anew, a stored one is an error', async (t) => {
  for (const stored of ['events', 'state'] as const) {
    const store = openedStore();
    const old = accountWith({ stored, snapshotEvery: 1 });
    const app = await start(t, [boundedContext('banking', { aggregates: [old] })], { store });
    await app.handle(old, 'a', deposit(5));
    await app.stop();
    const newer = accountWith({ stored, snapshotEvery: 1, stateVersion: 2 });
    const restarted = await start(t, [boundedContext('banking', { aggregates: [newer] })], {
      store,
    });

    const handling = restarted.handle(newer, 'a', deposit(1));

    if (stored === 'events') assert.equal((await handling).state.balance, 6);
    else {
      const error = await rejection(handling, StateVersionError);
      assert.deepEqual([error.found, error.known], [1, 2]);
    }
  }
});

test('a stored state of newer code is an error that says to run the newer code', async (t) => {
  const store = openedStore();
  const newer = accountWith({ stored: 'state', stateVersion: 3 });
  const app = await start(t, [boundedContext('banking', { aggregates: [newer] })], { store });
  await app.handle(newer, 'a', deposit(5));
  await app.stop();
  const old = accountWith({ stored: 'state', stateVersion: 2, upgradeState: (s) => s as Account });
  const restarted = await start(t, [boundedContext('banking', { aggregates: [old] })], { store });

  const error = await rejection(restarted.handle(old, 'a', deposit(1)), StateVersionError);

  assert.match(error.message, /Run the newer code/);
});

test('old events are brought to the current version where they are decoded', async (t) => {
  const store = openedStore();
  const old = await start(t, [banking], { store });
  const log = store.log('banking');
  await log.commit([{ records: [foreign('account/a', 1, { pounds: 3 })] }]);
  await old.stop();
  const wired = accountWith({
    upcasters: {
      Deposited: upcasting<{ pounds: number }>().to((data) => ({ amount: data.pounds * 100 })),
    },
  });
  const app = await start(t, [boundedContext('banking', { aggregates: [wired] })], { store });

  const handled = await app.handle(wired, 'a', deposit(1));

  assert.equal(handled.state.balance, 301);
  assert.equal(handled.events[0]?.schemaVersion, 2);
});

test('an event type that evolve does not know is an error with its stream, unless it is retired', async (t) => {
  const store = openedStore();
  const app = await start(t, [banking], { store });
  const record = { ...foreign('account/a', 1, {}), type: 'Frozen' };
  await store.log('banking').commit([{ records: [record] }]);

  const error = await rejection(app.handle(account, 'a', deposit(1)), UnknownEventTypeError);
  await app.stop();
  const wired = accountWith({ retired: ['Frozen'] });
  const restarted = await start(t, [boundedContext('banking', { aggregates: [wired] })], { store });
  const handled = await restarted.handle(wired, 'a', deposit(1));

  assert.deepEqual([error.type, error.stream], ['Frozen', 'account/a']);
  assert.match(error.message, /account\/a/);
  assert.equal(handled.version, 2);
});

test('data that is no JSON, or too large, is refused and changes nothing', async (t) => {
  const anything = aggregate({
    name: 'anything',
    initial: { count: 0 },
    decide: (command: Fact<'Do', never>) => [{ type: 'Done' as const, data: command.data }],
    evolve: (state, event: Fact<'Done', never>) => ({ count: state.count + event.type.length }),
  });
  const store = openedStore();
  const app = await start(t, [boundedContext('any', { aggregates: [anything] })], {
    store,
    payloadCharactersMax: 1_000,
  });
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const handle = (data: unknown) => app.handle(anything, 'x', { type: 'Do', data: data as never });

  for (const data of [undefined, 1n, circle, () => 1])
    await rejection(handle(data), PayloadNotJsonError);
  const error = await rejection(handle('x'.repeat(2_000)), PayloadTooLargeError);

  assert.deepEqual([error.characters, error.charactersMax], [2_002, 1_000]);
  assert.equal(await store.log('any').head(), 0);
});

test('names with quotes, emoji, newlines and slashes are names like any other', async (t) => {
  const app = await start(t, [banking]);
  const id = `o'"\n🙂/x`;

  await app.handle(account, id, deposit(5), { commandId: id, correlationId: id });
  const handled = await app.handle(account, id, deposit(5), { commandId: id });

  assert.equal(handled.version, 1);
  assert.equal(handled.events[0]?.stream, `account/${id}`);
});

test('a "__proto__" in the data is data', async (t) => {
  const holder = aggregate({
    name: 'holder',
    initial: { data: {} as object },
    decide: (command: Fact<'Hold', object>) => [{ type: 'Held' as const, data: command.data }],
    evolve: (_, event: Fact<'Held', object>) => ({ data: event.data }),
  });
  const store = openedStore();
  const app = await start(t, [boundedContext('holding', { aggregates: [holder] })], { store });
  const data = JSON.parse('{"__proto__": {"isAdmin": true}}') as object;

  await app.handle(holder, 'x', { type: 'Hold', data }, { commandId: 'c' });
  await app.stop();
  const restarted = await start(t, [boundedContext('holding', { aggregates: [holder] })], {
    store,
  });
  const again = await restarted.handle(holder, 'x', { type: 'Hold', data }, { commandId: 'c' });

  assert.equal(JSON.stringify(again.events[0]?.data), '{"__proto__":{"isAdmin":true}}');
  assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined);
});

test('what is in no context that runs here is named', async (t) => {
  const app = await start(t, [banking]);
  const stranger = accountWith({});

  const error = await rejection(app.handle(stranger, 'a', deposit(1)), NotRunningHereError);

  assert.match(error.message, /"account"/);
});

test('publishing a contract that the context does not list is refused, and the command with it', async (t) => {
  const other = accountWith({});
  const context = boundedContext('banking', { aggregates: [other], publishes: [] });
  const store = openedStore();
  const app = await start(t, [context], { store });

  await rejection(
    app.transaction(context, (tx) =>
      tx.publish(publishDeposits.contract, { account: 'a', amount: 1 }),
    ),
    NotPublishedHereError,
  );

  assert.equal(await store.log('banking').head(), 0);
});

test('after a stop a command is refused at once', async (t) => {
  const app = await start(t, [banking]);
  await app.handle(account, 'a', deposit(1));
  await app.stop();
  const before = performance.now();

  await assert.rejects(app.handle(account, 'a', deposit(1)), { code: 'stopped' });

  assert.ok(performance.now() - before < 1_000);
});

test('a command under way when the application stops is either done or refused', async (t) => {
  const store = openedStore();
  const app = await start(t, [banking], { store });

  const handling = Promise.allSettled(
    Array.from({ length: 50 }, (_, index) => app.handle(account, `a-${index}`, deposit(1))),
  );
  await app.stop();
  const results = await handling;

  const done = results.filter(({ status }) => status === 'fulfilled').length;
  const reader = await store.reader('banking');
  const records = await reader.read({ after: 0, limit: 1_000, directions: ['domain'] });
  assert.equal(records.length, done);
  assert.equal(done, 50);
});

function countingEvolve() {
  const counted = {
    calls: 0,
    evolve: (state: Account, event: AccountEvent): Account => {
      counted.calls += 1;
      return evolve(state, event);
    },
  };
  return counted;
}

let foreignIds = 0;
function foreign(stream: string, version: number, data: object): NewRecord {
  foreignIds += 1;
  return {
    id: `foreign-${foreignIds}`,
    direction: 'domain',
    stream,
    version,
    type: 'Deposited',
    schemaVersion: 1,
    key: stream,
    data: JSON.stringify(data),
    source: 'banking',
    occurredAt: 0,
    recordedAt: 0,
    correlationId: 'foreign',
    causationId: 'foreign',
    traceparent: null,
    metadata: null,
  };
}
