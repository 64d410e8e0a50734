import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { Member, Membership } from '../log/membership.ts';
import type { Store } from '../log/store.ts';
import type { Recorded } from '../message/fact.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { FencedError } from '../subscription/fenced.ts';
import { type AccountEvent, account, deposit } from './fixtures/banking.ts';
import { openedStore, start } from './fixtures/start.ts';

const COMMANDS = 20;

test('commands at once that change different inline documents share a commit', async (t) => {
  const balances = deposits((event) => event.stream);
  const { store, commits } = counting();
  const app = await start(t, [banking(balances)], { store });
  const before = commits();

  await Promise.all(ids().map((id) => app.handle(account, id, deposit(5))));

  assert.equal(commits() - before, 1);
  for (const id of ids())
    assert.deepEqual(await app.read(balances).get(`account/${id}`), { total: 5 });
});

test('commands at once that change one inline document lose nothing of each other', async (t) => {
  const total = deposits(() => 'all');
  const app = await start(t, [banking(total)]);

  await Promise.all(ids().map((id) => app.handle(account, id, deposit(5))));

  assert.deepEqual(await app.read(total).get('all'), { total: 5 * COMMANDS });
});

test('whoever was taken over folds no more, as it does not know what the other one has folded', async (t) => {
  const total = deposits(() => 'all');
  const store = memory();
  const first = await start(t, [banking(total)], { store });
  await first.handle(account, 'a', deposit(5));
  const end = store.loseLease('banking');
  t.after(end);

  const second = await start(t, [banking(total)], { store });
  await second.handle(account, 'b', deposit(5));
  const late = first.handle(account, 'c', deposit(5));

  await assert.rejects(late, FencedError);
  assert.deepEqual(await second.read(total).get('all'), { total: 10 });
});

test('an inline document that was just written is not read to be folded again', async (t) => {
  const total = deposits(() => 'all');
  const { store, reads } = counting();
  const app = await start(t, [banking(total)], { store });
  await app.handle(account, 'a', deposit(5));
  const before = reads();

  for (let count = 0; count < 5; count += 1) await app.handle(account, 'a', deposit(5));

  assert.equal(reads() - before, 0);
  assert.deepEqual(await app.read(total).get('all'), { total: 30 });
});

test('after a commit that failed, an inline document is what the log says', async (t) => {
  const total = deposits(() => 'all');
  const { store, loseOne } = counting();
  const app = await start(t, [banking(total)], { store });
  await app.handle(account, 'a', deposit(5));

  loseOne('before');
  await assert.rejects(app.handle(account, 'a', deposit(7)), /lost/);
  await app.handle(account, 'a', deposit(5));
  // It was committed, and only the answer was lost: the committer finds it.
  loseOne('after');
  await app.handle(account, 'a', deposit(7));
  await app.handle(account, 'a', deposit(5));

  assert.deepEqual(await app.read(total).get('all'), { total: 22 });
});

test('beside others, what fails on a remembered document is folded into it as it is, also where it is committed', async (t) => {
  let isStrict = false;
  const total = readModel({
    name: 'deposits',
    version: 1,
    document: type<{ total: number }>(),
    from: [account],
    by: () => 'all',
    evolve: {
      Deposited(document, event) {
        if (isStrict && document?.total === 5) throw new RangeError('not on 5');
        return { total: (document?.total ?? 0) + event.data.amount };
      },
    },
    inline: true,
  });
  const store = openedStore(sharedMemory());
  const app = await start(t, [banking(total)], { store });
  const log = store.log('banking');
  const elsewhere = (text: string | null) =>
    log.commit([{ documents: [{ model: 'deposits@1', key: 'all', text }] }]);
  isStrict = true;
  // Both have folded it when the first is committed; then another process comes before the second.
  const commit = log.commit.bind(log);
  log.commit = async (writeSets) => {
    log.commit = commit;
    const outcomes = await commit(writeSets);
    await elsewhere('{"total":7}');
    return outcomes;
  };

  await Promise.all(['a', 'b'].map((id) => app.handle(account, id, deposit(5))));
  const between = await app.read(total).get('all');
  isStrict = false;
  await elsewhere(null);
  await app.handle(account, 'c', deposit(5));
  isStrict = true;
  await elsewhere('{"total":20}');
  await app.handle(account, 'c', deposit(1));

  assert.deepEqual(between, { total: 12 });
  assert.deepEqual(await app.read(total).get('all'), { total: 21 });
});

/** In memory, as if other processes ran the context, too. */
function sharedMemory(): Store {
  const store = memory();
  let members: readonly Member[] = [];
  const membership: Membership = {
    leaseMs: 10_000,
    async join(member, setUp) {
      await setUp([]);
      members = [{ ...member, holds: {} }];
    },
    whileNobodyJoins: (work) => work(members),
    async beat(id, holds) {
      members = members.map((member) => (member.id === id ? { ...member, holds } : member));
      return members;
    },
    leave: async () => undefined,
    onChange: () => () => undefined,
  };
  return {
    name: store.name,
    reader: (context) => store.reader(context),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    published: (context) => store.published(context),
    open: async (context) => Object.assign(await store.open(context), { membership }),
  };
}

function deposits(by: (event: Recorded<AccountEvent>) => string) {
  return readModel({
    name: 'deposits',
    version: 1,
    document: type<{ total: number }>(),
    from: [account],
    by,
    evolve: {
      Deposited: (document, event) => ({ total: (document?.total ?? 0) + event.data.amount }),
    },
    inline: true,
  });
}

function banking(model: ReturnType<typeof deposits>) {
  return boundedContext('banking', { aggregates: [account], readModels: [model] });
}

function ids(): string[] {
  return Array.from({ length: COMMANDS }, (_, index) => `a-${index}`);
}

/** A store that counts what is asked of it, and can lose a commit or its answer. */
function counting() {
  const store = memory();
  let commits = 0;
  let reads = 0;
  let toLose: 'before' | 'after' | undefined;
  const counted: Store = {
    name: store.name,
    reader: (context) => store.reader(context),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    published: (context) => store.published(context),
    async open(context) {
      const log = await store.open(context);
      const commit = log.commit.bind(log);
      const document = log.document.bind(log);
      log.commit = async (writeSets) => {
        commits += 1;
        const lost = toLose;
        toLose = undefined;
        if (lost === 'before') throw new Error('lost');
        const outcomes = await commit(writeSets);
        if (lost === 'after') throw new Error('lost');
        return outcomes;
      };
      log.document = (model, key) => {
        reads += 1;
        return document(model, key);
      };
      return log;
    },
  };
  return {
    store: counted,
    commits: () => commits,
    reads: () => reads,
    loseOne: (when: 'before' | 'after') => void (toLose = when),
  };
}
