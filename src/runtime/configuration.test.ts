import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { memory } from '../adapters/memory/memory-store.ts';
import { AggregateDefinitionError, aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { publish } from '../context/publication.ts';
import { ContractDefinitionError, contract } from '../contract/contract.ts';
import { LogInUseError } from '../log/log-in-use.ts';
import type { Store } from '../log/store.ts';
import { upcasting } from '../message/upcasting.ts';
import { effect } from '../reaction/effect.ts';
import { happened } from '../reaction/source.ts';
import { whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { ConfigurationError } from './configuration.ts';
import {
  MoneyDeposited,
  account,
  accountWith,
  deposit,
  publishDeposits,
} from './fixtures/banking.ts';
import { openedStore, rejection, start } from './fixtures/start.ts';
import { run } from './run.ts';

const nothing = (): void => undefined;
const Strange = contract('strange.Happened', {
  version: 1,
  schema: z.object({ id: z.string() }),
  key: (data) => data.id,
});
const balances = (options: { inline?: boolean; name?: string }) =>
  readModel({
    name: options.name ?? 'balances',
    version: 1,
    document: type<{ balance: number }>(),
    from: [account, MoneyDeposited],
    by: () => 'all',
    evolve: { Deposited: (_, event) => ({ balance: event.data.amount }) },
    inline: options.inline ?? false,
  });

test('one error names everything that is wrong, each with what to do', async () => {
  const other = accountWith({});
  const contexts = [
    boundedContext('Banking!', { aggregates: [account], publishes: [publishDeposits] }),
    boundedContext('copycat', { aggregates: [other], publishes: [MoneyDeposited] }),
    boundedContext('twice', { aggregates: [accountWith({}), accountWith({})] }),
    boundedContext('twice', {
      reactions: [
        whenever('do it', Strange, nothing),
        whenever('do it', MoneyDeposited, nothing),
        whenever('relay', MoneyDeposited, nothing),
        whenever('of another', happened(account, 'Deposited'), nothing),
      ],
    }),
    boundedContext('inline', { aggregates: [account], readModels: [balances({ inline: true })] }),
  ];

  const error = await rejection(
    run(contexts, { store: memory(), only: ['bilding'] }),
    ConfigurationError,
  );

  const expected = [
    /two contexts are called "twice"; give/,
    /"Banking!" can't be a context's name; use a-z/,
    /in "twice": two aggregates are called "account"; give/,
    /in "twice": two subscriptions are called "do it"; the name is the identity/,
    /in "twice": a subscription can't be called "relay"; say/,
    /in "twice": "of another" uses the aggregate "account", which is not among.*; list it/s,
    /in "inline": read model "balances" is inline but reads a contract/,
    /"banking.MoneyDeposited" is published by "Banking!" and "copycat"; one/,
    /"twice" listens to "strange.Happened", which no context publishes; publish it, or say origin/,
    /"only" names "bilding", which is no context; look/,
  ];
  assertProblems(error, expected);
  for (const problem of error.problems) assert.ok(error.message.includes(`- ${problem}`));
  assert.equal(error.code, 'configuration');
});

/** These problems, and no others. */
function assertProblems(error: ConfigurationError, expected: readonly RegExp[]): void {
  for (const problem of expected)
    assert.ok(
      error.problems.some((found) => problem.test(found)),
      `${problem} is not among:\n${error.problems.join('\n')}`,
    );
  assert.equal(error.problems.length, expected.length, error.message);
}

test('what only JavaScript lets through is named, too, together with all the rest', async () => {
  const wrong = {
    payloadCharactersMax: Number.NaN,
    dedupeWindowMs: -1,
    callsUnderWayMax: 1.5,
    onParked: 'mail',
    dedupeWindow: 5,
    backbone: {},
  };
  const contexts = [
    boundedContext('strange', { readModel: [] } as object),
    boundedContext('cyclic', {
      reactions: [undefined as never, whenever('x', undefined as never, nothing)],
    }),
    boundedContext('a "b"\n', { reactions: [whenever('x', undefined as never, nothing)] }),
    undefined as never,
    boundedContext('banking', { aggregates: [account], publishes: [publishDeposits] }),
  ];

  const error = await rejection(run(contexts, wrong as never), ConfigurationError);

  const expected = [
    /number 4 of the contexts is none; give what boundedContext/,
    /in "strange": boundedContext knows no "readModel"; it knows.*"readModels"/,
    /in "cyclic": number 1 of "reactions" is undefined; list.*import each other/,
    /number 1 of "what "x" listens to" is undefined/,
    /no store was given to run; say where/,
    /"payloadCharactersMax" of run is NaN; give it a whole number from 1 up/,
    /"dedupeWindowMs" of run is -1; give/,
    /"callsUnderWayMax" of run is 1.5; give/,
    /"onParked" of run is "mail"; give it a function/,
    /run has no option "dedupeWindow"; it knows.*"dedupeWindowMs"/,
    /"backbone" of run is something else; give it a backbone/,
  ];
  assertProblems(error, expected);
});

test('names, options of parts and personal fields are looked through', async () => {
  const Secret = contract('strange.Secret', {
    version: 1,
    schema: z.object({ id: z.string(), name: z.string() }),
    key: (data) => data.id,
    personal: ['name', 'adress' as 'name'],
  });
  const misspelled: object = { concurency: 3 };
  const strange = boundedContext('strange', {
    aggregates: [account],
    publishes: [Secret],
    reactions: [
      whenever('two\nlines', Secret, nothing),
      whenever('Ümlaut "quoted" 🎁', Secret, nothing),
      whenever('r', Secret, nothing, { retry: { attemptsMax: 0 }, timeoutMs: Number.NaN }),
    ],
    effects: [
      effect({ name: '', on: Secret, perform: async () => undefined, ...misspelled }),
      effect({ name: 'r', on: Secret, perform: async () => undefined }),
    ],
    readModels: [
      balances({ name: 'same' }),
      balances({ name: 'same' }),
      { ...balances({}), version: 0 },
    ],
  });
  const banking = boundedContext('banking', {
    aggregates: [account],
    publishes: [publishDeposits],
  });

  const error = await rejection(run([strange, banking], { store: memory() }), ConfigurationError);

  assertProblems(error, [
    /two subscriptions are called "r"/,
    /two subscriptions are called "same@1"/,
    /in "strange": "two\\nlines" can't be the name of a reaction; use 1 to 200 characters/,
    /in "strange": "" can't be the name of an effect; use/,
    /read model "balances" has version 0; use 1, 2, 3/,
    /"timeoutMs" of reaction "r" is NaN; give it a number from 1 up/,
    /"attemptsMax" of retry of reaction "r" is 0; give it a whole number from 1 up/,
    /effect "" has no option "concurency"; it knows.*"concurrency"/,
    /contract "strange.Secret" lists "adress" under "personal", which its schema does not have/,
  ]);
});

test('what is wrong with the logs comes together, whatever each of them says', async (t) => {
  const store = openedStore();
  const before = await start(t, [boundedContext('a', { aggregates: [account] })], { store });
  await before.handle(account, 'a', deposit(1));
  await before.stop();
  const contexts = [
    boundedContext('a', {
      aggregates: [account],
      reactions: [whenever('new', happened(account, 'Deposited'), nothing)],
    }),
    boundedContext('b', {}),
    boundedContext('c', {}),
  ];
  const broken = new RangeError('the disk is gone');
  const failing: Store = {
    name: store.name,
    open: (name) => (name === 'b' ? Promise.reject(broken) : store.open(name)),
    reader: (name) => store.reader(name),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    published: (name) => store.published(name),
  };

  const error = await rejection(run(contexts, { store: failing }), ConfigurationError);

  assertProblems(error, [/"new" is new on a log/, /"b" cannot be opened: the disk is gone/]);
  assert.deepEqual(error.failures, [broken]);
  assert.equal(error.cause, broken);
  // The others were closed again.
  await start(t, [boundedContext('a', { aggregates: [account] }), boundedContext('c', {})], {
    store,
  });
});

test('what keeps all logs from being opened is told once', async () => {
  const away = new RangeError('the server is away');
  const failing: Store = {
    name: 'failing',
    open: () => Promise.reject(away),
    reader: () => Promise.reject(away),
    leaveRequests: () => Promise.reject(away),
    published: () => Promise.reject(away),
  };
  const contexts = [boundedContext('a', {}), boundedContext('b', {})];

  assert.equal(await rejection(run(contexts, { store: failing }), RangeError), away);
  const twoReasons: Store = {
    ...failing,
    open: (name) => Promise.reject(name === 'c' ? new RangeError('the disk is gone') : away),
  };
  const three = [...contexts, boundedContext('c', {})];
  const error = await rejection(run(three, { store: twoReasons }), ConfigurationError);
  assertProblems(error, [
    /"a", "b" cannot be opened: the server is away/,
    /"c" cannot be opened: the disk is gone/,
  ]);
});

test('an application that was started twice is told by LogInUseError, not once for each log', async (t) => {
  const store = openedStore();
  const contexts = [boundedContext('a', {}), boundedContext('b', {})];
  await start(t, contexts, { store });

  await rejection(run(contexts, { store }), LogInUseError);
});

test('nothing is opened when something is wrong', async () => {
  const store = memory();
  let opened = 0;
  const counting = { ...store, open: (name: string) => ((opened += 1), store.open(name)) };
  const wrong = boundedContext('wrong', { reactions: [whenever('x', Strange, nothing)] });

  await rejection(run([wrong], { store: counting }), ConfigurationError);

  assert.equal(opened, 0);
});

test('the checks are made on the whole map, also when only a part runs', async () => {
  const contexts = [
    boundedContext('fine', {}),
    boundedContext('wrong', { reactions: [whenever('x', Strange, nothing)] }),
  ];

  await rejection(run(contexts, { store: memory(), only: ['fine'] }), ConfigurationError);
});

test('a contract of a system that is not ours needs no publisher', async (t) => {
  const External = contract('weather.Changed', {
    version: 1,
    schema: z.object({ id: z.string() }),
    key: (data) => data.id,
    origin: 'external',
  });
  const listening = boundedContext('listening', { reactions: [whenever('x', External, nothing)] });

  const app = await start(t, [listening]);
  await app.settled();
});

test('two definitions of one contract are found', async () => {
  const Other = contract('strange.Happened', {
    version: 1,
    schema: z.object({ id: z.string() }),
    key: (data) => data.id,
  });
  const contexts = [
    boundedContext('a', { publishes: [Strange] }),
    boundedContext('b', { reactions: [whenever('x', Other, nothing)] }),
  ];

  const error = await rejection(run(contexts, { store: memory() }), ConfigurationError);

  assert.match(error.message, /"strange.Happened" is defined more than once; import/);
});

test('a new reaction or effect on a log that is not empty must say where it starts; all are named', async (t) => {
  const store = openedStore();
  const before = await start(t, [boundedContext('banking', { aggregates: [account] })], { store });
  await before.handle(account, 'a', deposit(1));
  await before.stop();
  const on = happened(account, 'Deposited');
  const context = (startFrom?: 'beginning' | 'now') => {
    const options = startFrom === undefined ? {} : { startFrom };
    return boundedContext('banking', {
      aggregates: [account],
      reactions: [whenever('react', on, nothing, options)],
      effects: [effect({ name: 'perform', on, perform: async () => undefined, ...options })],
      readModels: [
        readModel({
          name: 'model',
          version: 1,
          document: type<{ count: number }>(),
          from: [account],
          by: () => 'all',
          evolve: { Deposited: (document) => ({ count: (document?.count ?? 0) + 1 }) },
        }),
      ],
    });
  };

  const error = await rejection(run([context()], { store }), ConfigurationError);

  assert.equal(error.problems.length, 2);
  assert.match(error.message, /"react" is new.*startFrom: 'beginning' or 'now'/);
  assert.match(error.message, /"perform" is new/);
  // The logs were closed again: it can be tried anew at once.
  const app = await start(t, [context('now')], { store });
  await app.settled();
  await app.stop();
  // Now that they have a checkpoint there is nothing left to say.
  await start(t, [context()], { store });
});

test('"beginning" handles what is there, "now" only what comes', async (t) => {
  for (const startFrom of ['beginning', 'now'] as const) {
    const store = openedStore();
    const before = await start(t, [boundedContext('banking', { aggregates: [account] })], {
      store,
    });
    await before.handle(account, 'a', deposit(1));
    await before.stop();
    const seen: number[] = [];
    const look = whenever(
      'look',
      happened(account, 'Deposited'),
      (event) => void seen.push(event.data.amount),
      { startFrom },
    );
    const context = boundedContext('banking', { aggregates: [account], reactions: [look] });
    const app = await start(t, [context], { store });

    await app.handle(account, 'a', deposit(2));
    await app.settled();

    assert.deepEqual(seen, startFrom === 'now' ? [2] : [1, 2]);
  }
});

test('a log that somebody else runs is refused, and the others are closed again', async (t) => {
  const store = openedStore();
  await start(t, [boundedContext('b', {})], { store });

  await rejection(
    run([boundedContext('a', {}), boundedContext('b', {})], { store }),
    LogInUseError,
  );

  await start(t, [boundedContext('a', {})], { store });
});

test('a table that cannot be set up ends the start, and leaves nothing open', async (t) => {
  const store = openedStore();
  const broken = boundedContext('a', {
    setUp() {
      throw new Error('no such table');
    },
  });

  await assert.rejects(run([broken], { store }), /no such table/);

  await start(t, [boundedContext('a', {})], { store });
});

test('a contract that is not well defined is refused where it is written', () => {
  const schema = z.object({ id: z.string() });
  const key = (data: { id: string }): string => data.id;
  const refused: [RegExp, () => unknown][] = [
    [/has no name/, () => contract('', { version: 1, schema, key })],
    [/has no key/, () => contract('a.B', { version: 1, schema, key: undefined as never })],
    [/no Standard Schema/, () => contract('a.B', { version: 1, schema: {} as typeof schema, key })],
    [/has version 0/, () => contract('a.B', { version: 0, schema, key })],
    [
      /at version 2 with 0 upcaster steps; it needs 1/,
      () => contract('a.B', { version: 2, schema, key }),
    ],
    [
      /has no upcaster step from version 1 to 2/,
      () =>
        contract('a.B', { version: 2, schema, key, upcasters: { steps: [undefined as never] } }),
    ],
    [
      /at version 1 with 1 upcaster steps/,
      () =>
        contract('a.B', {
          version: 1,
          schema,
          key,
          upcasters: upcasting<{ name: string }>().to(({ name }) => ({ id: name })),
        }),
    ],
  ];
  for (const [message, define] of refused)
    assert.throws(
      define,
      (error) => error instanceof ContractDefinitionError && message.test(error.message),
    );
});

test('an aggregate whose name cannot be part of a stream is refused where it is written', () => {
  for (const name of ['', 'a/b'])
    assert.throws(
      () => aggregate({ name, initial: 0, decide: () => [], evolve: (state: number) => state }),
      AggregateDefinitionError,
    );
});

test('publishing of an aggregate of another context is found', async () => {
  const context = boundedContext('a', {
    publishes: [
      publish(MoneyDeposited, account, 'Deposited', (event) => ({ account: '', ...event.data })),
    ],
  });

  const error = await rejection(run([context], { store: memory() }), ConfigurationError);

  assert.match(error.message, /"banking.MoneyDeposited" uses the aggregate "account"/);
});
