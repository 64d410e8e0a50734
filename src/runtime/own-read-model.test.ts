/** Handlers read the read models of their own context, and no others, however they come to them. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { effect } from '../reaction/effect.ts';
import type { Tools } from '../reaction/tools.ts';
import { whenever } from '../reaction/whenever.ts';
import type { Query } from '../read-model/query.ts';
import { type ReadModel, readModel, type } from '../read-model/read-model.ts';
import { InsideHandlerError } from '../subscription/in-handler.ts';
import { account, accountWith, deposit, withdraw } from './fixtures/banking.ts';
import { settledOrParked, start } from './fixtures/start.ts';
import { ForeignReadModelError } from './own-read-model.ts';

interface Balance {
  readonly amount: number;
}
/** In each context one of the same name, so that the name alone does not tell whose it is. */
function balances(of: typeof account) {
  return readModel({
    name: 'balances',
    version: 1,
    document: type<Balance>(),
    from: [of],
    by: ({ stream }) => stream.split('/')[1],
    evolve: { Deposited: (_, { data }) => ({ amount: data.amount }) },
  });
}
const Asked = contract('till.Asked', {
  version: 1,
  schema: z.object({ of: z.string() }),
  key: (data) => data.of,
});
const theirAccount = accountWith({});
const theirs = balances(theirAccount);
const nobodys = balances(theirAccount);
const bank = boundedContext('bank', { aggregates: [theirAccount], readModels: [theirs] });

type Read = (model: ReadModel<Balance>) => Query<Balance>;

const handlers: [string, (look: (read: Read) => Promise<void>) => Parts][] = [
  ['a reaction', (look) => ({ reactions: [whenever('look', Asked, (_, { read }) => look(read))] })],
  [
    'the outcome of an effect',
    (look) => ({
      effects: [
        effect({
          name: 'look',
          on: Asked,
          perform: () => Promise.resolve(),
          record: (_event, _outcome, { read }) => look(read),
        }),
      ],
    }),
  ],
  [
    'what is done instead of something refused',
    (look) => ({
      reactions: [
        whenever('look', Asked, (_, { handle }: Tools) => handle(account, 'a', withdraw(9)), {
          ifRefused: (_refusal, _event, { read }) => look(read),
        }),
      ],
    }),
  ],
];
for (const [name, parts] of handlers) {
  test(`${name} is refused the read model of another context, and is told what to do`, async (t) => {
    const { app, ask } = await scene(t, [theirs, nobodys], parts);

    const [foreign, unlisted] = await ask();

    assert.ok(foreign instanceof ForeignReadModelError, String(foreign));
    const { model, owner, context, code, retryable } = foreign;
    assert.deepEqual(
      { model, owner, context, code, retryable },
      {
        model: 'balances',
        owner: 'bank',
        context: 'till',
        code: 'foreign-read-model',
        retryable: false,
      },
    );
    assert.match(
      foreign.message,
      /"till" reads "balances", a read model of "bank".*its own in "till".*contracts of "bank"/,
    );
    assert.ok(unlisted instanceof ForeignReadModelError, String(unlisted));
    assert.equal(unlisted.owner, undefined);
    assert.match(unlisted.message, /List it under "readModels" of "till"/);
    assert.equal((await app.read(theirs).get('a'))?.amount, 7, 'from outside all may be read');
  });

  test(`${name} reads the read model of its own context`, async (t) => {
    const { app, own, ask } = await scene(t, [], parts);

    const [answer] = await ask();

    assert.deepEqual(answer, { amount: 1 });
    assert.deepEqual(await app.read(own).get('a'), { amount: 1 });
  });
}

test('a question prepared outside is refused inside of handlers and transactions', async (t) => {
  const errors: unknown[] = [];
  const outside: { query?: Query<Balance> } = {};
  const { app, till, tell } = await scene(t, [], () => ({
    reactions: [
      whenever('look', Asked, async () => {
        const { query } = outside;
        for (const asking of [query?.get('a'), query?.find(), query?.count()])
          await asking?.catch((error: unknown) => errors.push(error));
      }),
    ],
  }));
  outside.query = app.read(theirs);

  await tell();
  await app.settled();
  await app.transaction(till, async () => {
    await outside.query?.get('a').catch((error: unknown) => errors.push(error));
  });

  assert.equal(errors.length, 4);
  for (const error of errors) assert.ok(error instanceof InsideHandlerError, String(error));
  assert.match(String(errors[0]), /"look" called app\.read.* Use "read" of the tools/);
  assert.match(String(errors[3]), /"transaction" called app\.read.* Call it from outside/);
});

type Parts = Omit<Parameters<typeof boundedContext>[1], 'aggregates' | 'publishes' | 'readModels'>;

async function scene(
  t: TestContext,
  foreign: readonly ReadModel<Balance>[],
  parts: (look: (read: Read) => Promise<void>) => Parts,
) {
  const answers: unknown[] = [];
  const own = balances(account);
  const look = async (read: Read): Promise<void> => {
    answers.push(...(await Promise.all((foreign.length === 0 ? [own] : foreign).map(ask(read)))));
  };
  const till = boundedContext('till', {
    aggregates: [account],
    publishes: [Asked],
    readModels: [own],
    ...parts(look),
  });
  const app = await start(t, [till, bank]);
  await app.handle(account, 'a', deposit(1));
  await app.handle(theirAccount, 'a', deposit(7));
  await app.settled();
  const tell = () => app.transaction(till, (tx) => tx.publish(Asked, { of: 'a' }));
  return {
    app,
    till,
    own,
    tell,
    ask: async () => {
      await tell();
      await settledOrParked(app);
      return answers;
    },
  };
}

/** What reading came to, be it an answer or an error. */
function ask(read: Read): (model: ReadModel<Balance>) => Promise<unknown> {
  return async (model) => {
    try {
      return await read(model).get('a');
    } catch (error) {
      return error;
    }
  };
}
