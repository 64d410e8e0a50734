/**
 * What must not compile, and what must be inferred. The compiler is the test: a line after
 * `@ts-expect-error` that compiles is an error of `npm run types`, and so is a type that is not
 * the one expected.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { aggregate } from './aggregate/aggregate.ts';
import { boundedContext } from './context/bounded-context.ts';
import { publish } from './context/publication.ts';
import { type EventOf, contract } from './contract/contract.ts';
import type { Fact } from './message/fact.ts';
import { upcasting } from './message/upcasting.ts';
import { effect } from './reaction/effect.ts';
import { happened } from './reaction/source.ts';
import { whenever } from './reaction/whenever.ts';
import { readModel, type } from './read-model/read-model.ts';
import type { Application } from './runtime/application.ts';

/** Compiles only when both types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_isSame: Same<A, B>): void {}

type OrderEvent =
  | Fact<'Placed', { readonly id: string; readonly total: number; readonly email: string }>
  | Fact<'Confirmed', { readonly id: string }>;
type OrderCommand =
  | Fact<'Place', { readonly id: string }>
  | Fact<'Confirm', { readonly id: string }>;
interface Order {
  readonly status: 'none' | 'placed' | 'confirmed';
}
const decide = (command: OrderCommand, _order: Order): OrderEvent[] =>
  command.type === 'Confirm' ? [{ type: 'Confirmed', data: command.data }] : [];
const evolve = (order: Order, _event: OrderEvent): Order => order;
const initial: Order = { status: 'none' };
const order = aggregate({ name: 'order', initial, decide, evolve });

const Placed = contract('ordering.Placed', {
  version: 1,
  schema: z.object({ id: z.string(), total: z.number() }),
  key: (data) => data.id,
});
const Paid = contract('billing.Paid', {
  version: 1,
  schema: z.object({ id: z.string(), amount: z.number() }),
  key: (data) => data.id,
});
const none = (): void => undefined;

// None of this runs: it only has to compile, or not to.
export function aggregates(app: Application): void {
  type Bad<Data> = Fact<'Happened', Data>;
  const nothing = (_command: Fact<'Do'>): [] => [];

  aggregate({
    name: 'x',
    initial: 0,
    decide: nothing,
    // @ts-expect-error -- a Date is no JSON
    evolve: (state: number, _event: Bad<{ at: Date }>) => state,
  });
  aggregate({
    name: 'x',
    initial: 0,
    decide: nothing,
    // @ts-expect-error -- nor is one deep inside
    evolve: (state: number, _event: Bad<{ lines: readonly { at: Date }[] }>) => state,
  });
  aggregate({
    name: 'x',
    initial: 0,
    decide: nothing,
    // @ts-expect-error -- undefined is lost on the way through JSON
    evolve: (state: number, _event: Bad<{ note: string | undefined }>) => state,
  });
  aggregate({
    name: 'x',
    initial: 0,
    decide: nothing,
    // @ts-expect-error -- a Map becomes {}
    evolve: (state: number, _event: Bad<{ lines: Map<string, number> }>) => state,
  });
  aggregate({
    name: 'x',
    initial: 0,
    decide: nothing,
    // @ts-expect-error -- a bigint throws
    evolve: (state: number, _event: Bad<{ count: bigint }>) => state,
  });
  aggregate({
    name: 'x',
    initial: 0,
    decide: nothing,
    // @ts-expect-error -- a function is dropped
    evolve: (state: number, _event: Bad<{ run: () => void }>) => state,
  });
  aggregate({
    name: 'x',
    initial: 0,
    decide: nothing,
    // @ts-expect-error -- one of several events is enough
    evolve: (state: number, _event: Fact<'Fine', { n: number }> | Bad<{ at: Date }>) => state,
  });
  // An optional field may be left out, so it is fine.
  aggregate({
    name: 'x',
    initial: 0,
    decide: nothing,
    evolve: (state: number, _event: Bad<{ note?: string; list: readonly (string | null)[] }>) =>
      state,
  });

  aggregate({
    name: 'order',
    initial,
    // @ts-expect-error -- decide answers with an event that evolve does not know
    decide: (_command: OrderCommand) => [{ type: 'Vanished' as const, data: {} }],
    evolve,
  });
  // Fewer kinds than evolve knows are fine.
  aggregate({
    name: 'order',
    initial,
    decide: (command: OrderCommand) => [{ type: 'Confirmed' as const, data: command.data }],
    evolve,
  });

  const toCurrent = upcasting<{ id: string; pounds: number }>().to(({ id, pounds }) => ({
    id,
    total: pounds * 100,
    email: '',
  }));
  aggregate({ name: 'order', initial, decide, evolve, upcasters: { Placed: toCurrent } });
  const unfinished = upcasting<{ id: string }>().to(({ id }) => ({ id, pounds: 1 }));
  aggregate({
    name: 'order',
    initial,
    decide,
    evolve,
    // @ts-expect-error -- the chain does not end in the current type
    upcasters: { Placed: unfinished },
  });
  aggregate({
    name: 'order',
    initial,
    decide,
    evolve,
    // @ts-expect-error -- there is no such event
    upcasters: { Vanished: toCurrent },
  });
  upcasting<{ a: number }>()
    .to(({ a }) => ({ b: a }))
    // @ts-expect-error -- a step takes what the one before answered with
    .to((data: { a: number }) => data);

  aggregate({ name: 'order', initial, decide, evolve, personal: { Placed: ['email'] } });
  aggregate({
    name: 'order',
    initial,
    decide,
    evolve,
    // @ts-expect-error -- that event has no such field
    personal: { Confirmed: ['email'] },
  });

  // @ts-expect-error -- no command of this aggregate
  void app.handle(order, 'o-1', { type: 'Vanish', data: {} });
  // @ts-expect-error -- its data is another
  void app.handle(order, 'o-1', { type: 'Place', data: { id: 1 } });
  void app.handle(order, 'o-1', { type: 'Place', data: { id: 'o-1' } }).then((handled) => {
    same<typeof handled.state, Order>(true);
    same<(typeof handled.events)[number]['type'], 'Placed' | 'Confirmed'>(true);
    for (const event of handled.events)
      if (event.type === 'Placed') same<typeof event.data.total, number>(true);
  });
}

export function contracts(): void {
  const id = (data: { id: string }): string => data.id;

  contract('x.Y', {
    version: 1,
    // @ts-expect-error -- a Date is no JSON
    schema: z.object({ id: z.string(), at: z.date() }),
    key: id,
  });
  contract('x.Y', {
    version: 1,
    // @ts-expect-error -- a Map is none either
    schema: z.object({ id: z.string(), lines: z.map(z.string(), z.number()) }),
    key: id,
  });
  contract('x.Y', {
    version: 1,
    // @ts-expect-error -- a schema checks, it does not transform
    schema: z.object({ id: z.string(), total: z.string().transform(Number) }),
    key: id,
  });
  // Types that hold themselves end somewhere.
  contract('x.Y', {
    version: 1,
    schema: z.object({ id: z.string(), anything: z.json() }),
    key: id,
  });
  interface Tree {
    readonly id: string;
    readonly children: readonly Tree[];
  }
  contract('x.Y', { version: 1, schema: z.custom<Tree>(), key: id });
  interface Dated {
    readonly id: string;
    readonly at: Date;
    readonly children: readonly Dated[];
  }
  // @ts-expect-error -- a Date is no JSON, wherever it is
  contract('x.Y', { version: 1, schema: z.custom<Dated>(), key: id });

  // What a schema would fill in is not filled in, and the type says so.
  const filled = contract('x.Y', {
    version: 1,
    schema: z.object({ id: z.string(), total: z.number().default(1) }),
    key: id,
  });
  type Filled = EventOf<typeof filled>['data'];
  same<Filled['total'], number | undefined>(true);
  contract('x.Y', {
    version: 1,
    schema: z.object({ id: z.string() }),
    // @ts-expect-error -- a key is text
    key: (data) => data.id.length,
  });
  // @ts-expect-error -- a contract has a key
  contract('x.Y', { version: 1, schema: z.object({ id: z.string() }) });

  const schema = z.object({ id: z.string(), total: z.number() });
  contract('x.Y', {
    version: 2,
    schema,
    key: id,
    upcasters: upcasting<{ id: string }>().to((data) => ({ ...data, total: 0 })),
  });
  contract('x.Y', {
    version: 2,
    schema,
    key: id,
    // @ts-expect-error -- the chain does not end in the current type
    upcasters: upcasting<{ id: string }>().to((data) => ({ ...data, total: 'none' })),
  });
  // @ts-expect-error -- there is no such field
  contract('x.Y', { version: 1, schema, key: id, personal: ['email'] });
}

export function publications(): void {
  publish(Placed, order, 'Placed', ({ data }) => ({ id: data.id, total: data.total }));
  // Undefined: this one is nobody else's business.
  publish(Placed, order, 'Placed', () => undefined);
  // @ts-expect-error -- a field is missing
  publish(Placed, order, 'Placed', ({ data }) => ({ id: data.id }));
  // @ts-expect-error -- a field is of another type
  publish(Placed, order, 'Placed', ({ data }) => ({ id: data.id, total: `${data.total}` }));
  // @ts-expect-error -- the aggregate has no such event
  publish(Placed, order, 'Vanished', none);
  // @ts-expect-error -- a Confirmed has no total
  publish(Placed, order, 'Confirmed', ({ data }) => ({ id: data.id, total: data.total }));
}

export function reactions(): void {
  whenever('one contract', Paid, (event, { handle, publish: tell }) => {
    same<typeof event.type, 'billing.Paid'>(true);
    same<typeof event.data, { id: string; amount: number }>(true);
    same<typeof event.occurredAt, string>(true);
    tell(Placed, { id: '', total: 1 });
    // @ts-expect-error -- the contract's data is another
    tell(Placed, { id: '' });
    // @ts-expect-error -- no command of this aggregate
    void handle(order, event.data.id, { type: 'Vanish', data: {} });
    return handle(order, event.data.id, { type: 'Confirm', data: { id: event.data.id } });
  });
  whenever('one kind of event', happened(order, 'Placed'), (event) => {
    same<typeof event.type, 'Placed'>(true);
    same<typeof event.data.total, number>(true);
  });
  // @ts-expect-error -- the aggregate has no such event
  whenever('none', happened(order, 'Vanished'), none);
  whenever('several', [Paid, happened(order, 'Confirmed'), Placed], (event) => {
    same<typeof event.type, 'billing.Paid' | 'Confirmed' | 'ordering.Placed'>(true);
    if (event.type === 'billing.Paid') same<typeof event.data.amount, number>(true);
    // @ts-expect-error -- not all of them have it
    void event.data.amount;
  });
  whenever('options', Paid, none, {
    by: (event) => {
      same<typeof event.data.amount, number>(true);
      return event.data.id;
    },
    ifRefused: (_refusal, event) => same<typeof event.data.amount, number>(true),
  });
  // @ts-expect-error -- a key is text
  whenever('a number as key', Paid, none, { by: (event) => event.data.amount });

  effect({
    name: 'charge',
    on: [happened(order, 'Placed'), Paid],
    perform: async (event, { idempotencyKey, signal }) => {
      same<typeof event.type, 'Placed' | 'billing.Paid'>(true);
      same<typeof idempotencyKey, string>(true);
      same<typeof signal, AbortSignal>(true);
      return { charged: 1 };
    },
    record: (event, outcome, { handle }) => {
      same<typeof outcome, { charged: number }>(true);
      return handle(order, event.data.id, { type: 'Confirm', data: { id: event.data.id } });
    },
  });
}

export function readModels(app: Application): void {
  const book = readModel({
    name: 'book',
    version: 1,
    document: type<{ id: string; status: 'open' | 'paid'; paid: number }>(),
    from: [order, Paid],
    by: (event) => {
      same<typeof event.type, 'Placed' | 'Confirmed' | 'billing.Paid'>(true);
      return event.data.id;
    },
    evolve: {
      Placed: (document, event, key) => {
        same<typeof event.data.total, number>(true);
        same<typeof key, string>(true);
        same<typeof document, { id: string; status: 'open' | 'paid'; paid: number } | undefined>(
          true,
        );
        return { id: event.data.id, status: 'open', paid: 0 };
      },
      'billing.Paid': (document, event) =>
        document && { ...document, status: 'paid', paid: event.data.amount },
    },
    index: ['status'],
  });
  readModel({
    name: 'book',
    version: 1,
    document: type<{ id: string }>(),
    from: [order],
    by: (event) => event.data.id,
    evolve: {
      // @ts-expect-error -- none of its sources brings this event
      'billing.Paid': (document: { id: string } | undefined) => document,
    },
  });
  readModel({
    name: 'book',
    version: 1,
    document: type<{ id: string }>(),
    from: [order],
    by: (event) => event.data.id,
    evolve: {
      // @ts-expect-error -- another document
      Placed: () => ({ name: 'x' }),
    },
  });
  readModel({
    name: 'book',
    version: 1,
    document: type<{ id: string }>(),
    from: [order],
    by: (event) => event.data.id,
    evolve: {},
    // @ts-expect-error -- the document has no such field
    index: ['status'],
  });
  readModel({
    name: 'book',
    version: 1,
    // @ts-expect-error -- a Date is no JSON
    document: type<{ at: Date }>(),
    from: [order],
    by: (event) => event.data.id,
    evolve: {},
  });

  const query = app.read(book);
  void query.get('o-1').then((found) => same<typeof found extends undefined ? 1 : 2, 2>(true));
  void query.find({
    where: { status: 'open', paid: { atLeast: 1 } },
    orderBy: { paid: 'descending' },
  });
  // @ts-expect-error -- no such status
  void query.find({ where: { status: 'lost' } });
  // @ts-expect-error -- no such field
  void query.find({ where: { colour: 'red' } });
  // @ts-expect-error -- no such direction
  void query.find({ orderBy: { paid: 'down' } });
}

export function contexts(app: Application): void {
  const context = boundedContext('ordering', { aggregates: [order], publishes: [Placed] });
  same<typeof context.name, 'ordering'>(true);
  // @ts-expect-error -- a reaction is no read model
  boundedContext('ordering', { readModels: [whenever('x', Paid, none)] });
  void app.transaction(context, (tx) => {
    tx.publish(Placed, { id: '', total: 1 });
    // @ts-expect-error -- the contract's data is another
    tx.publish(Placed, { id: '', total: '1' });
  });
}

test('the types hold what they promise', () => {
  const root = join(import.meta.dirname, '..');
  const folder = join(root, '.cache', 'types');
  mkdirSync(folder, { recursive: true });
  const config = { extends: '../../tsconfig.json', include: ['../../src/types.test.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--listFiles'], {
    encoding: 'utf8',
  });

  assert.ok(stdout.includes('src/types.test.ts'), 'the compiler saw this file');
  const found = stdout.split('\n').filter((line) => /types\.test\.ts\W+\d+/.test(line));
  assert.deepEqual(found, []);
});
