import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { Store } from '../log/store.ts';
import type { Recorded } from '../message/fact.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { type AccountEvent, account, deposit } from './fixtures/banking.ts';
import { start } from './fixtures/start.ts';

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

/** A store that counts how often something is committed. */
function counting(): { store: Store; commits: () => number } {
  const store = memory();
  let commits = 0;
  return {
    commits: () => commits,
    store: {
      name: store.name,
      reader: (context) => store.reader(context),
      published: (context) => store.published(context),
      async open(context) {
        const log = await store.open(context);
        const commit = log.commit.bind(log);
        log.commit = (writeSets) => {
          commits += 1;
          return commit(writeSets);
        };
        return log;
      },
    },
  };
}
