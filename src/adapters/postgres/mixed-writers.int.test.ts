/** All libraries at once, beside the application's own commits, while somebody reads. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import type { LogReader } from '../../log/log.ts';
import type { Application } from '../../runtime/application.ts';
import { account, deposit } from '../../runtime/fixtures/banking.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { type Library, libraries } from './fixtures/libraries.ts';
import { OrderPlaced, createOrders, listening, query } from './fixtures/ordering.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

/** Leaves readers the time to go wrong between a position that was drawn and its commit. */
const SLOW_COMMITS = `
  create function slow() returns trigger language plpgsql as $$
  begin perform pg_sleep(random() * 0.02); return null; end $$;
  create constraint trigger slow after insert on public.orders
    deferrable initially deferred for each row execute function slow()`;
const WRITERS = 32;
const TRANSACTIONS = 15;

test('of 32 writers of all kinds, some slow, some rolled back, a reader sees each message once and in order', async (t) => {
  const { app, opened, heard, reader, url } = await shop(t);
  const published: string[] = [];

  const reading = readUntil(reader, () => published);
  const commands = commandsMeanwhile(app);
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const library = opened[writer % opened.length] as Library;
      for (let count = 0; count < TRANSACTIONS; count += 1) {
        const given = { url, name: `${writer}-${count}`, kind: (writer + count) % 7 };
        published.push(...(await write(library, given)));
      }
    }),
  );
  const own = await commands();
  const { orders, positions } = await reading(own);
  await until(() => heard.length >= published.length, 20_000);

  assert.deepEqual(orders.toSorted(), published.toSorted());
  assert.deepEqual(heard, orders);
  assert.ok(positions.every((position, index) => position > (positions[index - 1] ?? 0)));
  assert.deepEqual(misplaced(orders), []);
  const rows = await query<{ id: string }>(url, 'select id from public.orders');
  assert.deepEqual(rows.map(({ id }) => id).toSorted(), published.toSorted());
  assert.deepEqual(await query(url, 'select 1 from "ordering".staged'), []);
});

/** One transaction, of one of seven kinds; answers with what it has published. */
async function write(
  library: Library,
  { url, name, kind }: { url: string; name: string; kind: number },
): Promise<readonly string[]> {
  const published: string[] = [];
  const work = library.transaction(async (tx) => {
    const place = async (id: string): Promise<void> => {
      // Their own trigger fires at the commit, too: before ours, or after it.
      if (kind % 2 === 0) await tx.insert(id);
      await tx.publish(id);
      if (kind % 2 === 1) await tx.insert(id);
    };
    for (let count = 0; count <= kind % 3; count += 1) {
      published.push(`${name}-${published.length}`);
      await place(published.at(-1) as string);
      if (kind === 1) await query(url, 'select pg_sleep(0.01)');
    }
    if (kind === 2)
      await tx
        .savepoint(async () => {
          await place(`${name}-undone`);
          throw new Error('undone');
        })
        .catch(() => undefined);
    if (kind === 3) throw new Error('changed my mind');
  });
  if (kind !== 3) await work;
  else await assert.rejects(work, /changed my mind/);
  return kind === 3 ? [] : published;
}

/** Goes on with commands of the application's own until it is told to stop; answers how many. */
function commandsMeanwhile(app: Application): () => Promise<number> {
  let isOver = false;
  let count = 0;
  const work = async (): Promise<void> => {
    while (!isOver) {
      await app.handle(account, `a-${count % 5}`, deposit(1));
      count += 1;
    }
  };
  const working = work();
  return async () => {
    isOver = true;
    await working;
    return count;
  };
}

/** Reads on while others write, until it has seen as much as there is. */
function readUntil(reader: LogReader, published: () => readonly string[]) {
  const orders: string[] = [];
  const positions: number[] = [];
  let events = 0;
  let expected = Infinity;
  const read = async (): Promise<void> => {
    const deadline = performance.now() + 60_000;
    while (orders.length < published().length || events < expected) {
      assert.ok(performance.now() < deadline, `${orders.length} of ${published().length} seen`);
      const page = await reader.read({ after: positions.at(-1) ?? 0, limit: 50 });
      for (const { position, type, data } of page) {
        positions.push(position);
        if (type === OrderPlaced.name)
          orders.push((JSON.parse(data) as { orderId: string }).orderId);
        else events += 1;
      }
    }
  };
  const reading = read();
  return async (own: number) => {
    expected = own;
    await reading;
    return { orders, positions };
  };
}

/** Messages that stand before another one which their transaction has published before them. */
function misplaced(orders: readonly string[]): readonly string[] {
  const last = new Map<string, number>();
  return orders.filter((order) => {
    const [writer, count, number] = order.split('-');
    const before = last.get(`${writer}-${count}`) ?? -1;
    last.set(`${writer}-${count}`, Number(number));
    return Number(number) !== before + 1;
  });
}

async function shop(t: TestContext) {
  const url = await server.createDatabase();
  await createOrders(url);
  await query(url, SLOW_COMMITS);
  const store = postgres(url);
  const heard: string[] = [];
  const ordering = boundedContext('ordering', { aggregates: [account], publishes: [OrderPlaced] });
  const app = await start(t, [ordering, listening((orderId) => heard.push(orderId))], { store });
  const opened = Object.values(libraries).map((open) => open(url, store));
  const reader = await postgres(url).reader('ordering');
  t.after(async () => {
    await reader.close();
    for (const library of opened) await library.close();
  });
  return { app, opened, heard, reader, url };
}
