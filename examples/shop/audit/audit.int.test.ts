/**
 * The audit of a shop on PostgreSQL. Its equations are those of `audit.test.ts`, each seen red there;
 * here is what differs: where it reads, and that nothing is lost on the way.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { auditTable } from './audit-table.ts';
import { runAudit, type Audit } from './audit.ts';
import { orderIdWhich, runBusyShop } from './busy-shop-fixture.ts';

const shipped = orderIdWhich('answers', 'SHIPPED');
const again = `id || '2', direction, stream, version, type, schema_version, key, data, source,
  occurred_at, recorded_at, correlation_id, causation_id`;

type Damage = { readonly says: string; readonly sql: string; readonly red: readonly string[] };

const damages: readonly Damage[] = [
  {
    says: 'a penny more paid',
    sql: `update billing.log set data = jsonb_set(data::jsonb, '{amountPence}',
        to_jsonb((data::json ->> 'amountPence')::int + 1))
      where stream = 'payment/${shipped}' and type = 'PaymentCompleted'`,
    red: [
      'Money charged − refunded = confirmed − returned',
      'The same of every single order',
      'The gateway’s own file says the same',
      'The gateway, order by order',
    ],
  },
  {
    says: 'a message that never came',
    sql: `delete from inventory.log where direction = 'incoming' and type = 'ordering.OrderPlaced'
      and key = '${shipped}'`,
    red: ['Messages from ordering to inventory'],
  },
  {
    says: 'a message that came again under another id',
    sql: `insert into inventory.log (position, id, direction, stream, version, type, schema_version,
        key, data, source, occurred_at, recorded_at, correlation_id, causation_id)
      select nextval('inventory.log_position'), ${again} from inventory.log
      where direction = 'incoming' and type = 'ordering.OrderPlaced' and key = '${shipped}'`,
    red: ['Messages from ordering to inventory'],
  },
  {
    says: 'messages that came and were not handled',
    sql: `update inventory.checkpoints set position = 3 where subscription = 'keep the shelves'`,
    red: ['Messages from ordering to inventory'],
  },
  {
    says: 'an event that is missing in the middle of its stream',
    sql: `delete from inventory.log where stream = 'stock/MUG' and version = 2`,
    red: ['No event of any stream is missing'],
  },
  {
    says: 'a unit too many shown on a shelf',
    sql: `update inventory.documents set document = jsonb_set(document::jsonb, '{available}',
        to_jsonb((document ->> 'available')::int + 1))
      where key = 'MUG' and model = (select id from inventory.models where name = 'stock-levels@1')`,
    red: ['On hand = initial + restocked + returned + adjusted − shipped'],
  },
  {
    says: 'a parked row',
    sql: `insert into billing.waiting values
      ('follow the order', 'k', 'r', 'parked', 1, 0, 0, 8, null, 'c', 0, null)`,
    red: ['Nothing is retried, parked or held'],
  },
  {
    says: 'an order that waits, and that no timer ends',
    sql: `delete from inventory.log where type = 'StockReservationFailed' and direction = 'domain'`,
    red: ['No order waits for goods for longer than two weeks'],
  },
];

const directory = mkdtempSync(join(tmpdir(), 'audited-'));
let store: string;
let whileOpen: Audit;
before(async () => {
  store = (await sharedPostgres()).connectionString;
  const whileOneWaits = async (): Promise<void> => {
    whileOpen = await runAudit({ directory, store });
  };
  await runBusyShop({ directory, store }, { whileOneWaits });
});
after(() => rmSync(directory, { recursive: true }));

test('balances on a shop that did a bit of everything, with the figures that it has on SQLite', async () => {
  const onSqlite = join(directory, 'sqlite');
  await runBusyShop({ directory: onSqlite });

  const audit = await runAudit({ directory, store });

  assert.ok(audit.isBalanced, auditTable(audit));
  const figures = ({ equations }: Audit): unknown[] =>
    equations.map(({ name, left, right }) => [name, left.value, right.value]);
  assert.deepEqual(figures(audit), figures(await runAudit({ directory: onSqlite })));
});

test('reads the database of a shop that is running, in which an order waits for goods', () => {
  assert.ok(whileOpen.isBalanced, auditTable(whileOpen));
  assert.match(auditTable(whileOpen), /shipped or cancelled, or waiting for goods: 1/);
});

for (const { says, sql, red } of damages) {
  test(`turns red for ${says}`, async () => {
    const damaged = await copyOf(store, async (copy) => {
      const rows = await queryOnce(copy, `${sql} returning 1`);
      assert.notEqual(rows.length, 0, `nothing was damaged by: ${sql}`);
      return runAudit({ directory, store: copy });
    });

    const turned = damaged.equations.filter((each) => !each.isBalanced).map(({ name }) => name);
    const pale = red.filter((name) => !turned.includes(name));
    assert.deepEqual(pale, [], auditTable(damaged));
  });
}

test('exits with 0, and with 2 and a line when there is no shop, or no server', async () => {
  const { createDatabase } = await sharedPostgres();
  const empty = await createDatabase();
  const nobody = 'postgres://somebody:secret@127.0.0.1:1/none';

  const balanced = audited('--data', directory, '--store', store, '--json');
  const missing = audited('--data', directory, '--store', empty);
  const unreachable = audited('--data', directory, '--store', nobody);
  const wrong = audited('--data', directory, '--store', 'ordering.sqlite');

  assert.equal(balanced.status, 0, balanced.stderr);
  assert.equal((JSON.parse(balanced.stdout) as Audit).isBalanced, true);
  for (const [{ status, stderr }, says] of [
    [missing, /there is no shop's data: it has no log of "ordering", .*--store URL/],
    [unreachable, /In "postgres:\/\/somebody@127.0.0.1:1\/none" the shop's data cannot be read/],
    [wrong, /--store takes postgres:\/\/USER@HOST\/DATABASE, not "ordering\.sqlite"/],
  ] as const) {
    assert.equal(status, 2);
    assert.match(stderr, /^Cannot audit: .*\n$/);
    assert.match(stderr, says);
  }
});

/** Of the whole database; dropped again when the work is done. */
async function copyOf<T>(url: string, work: (copy: string) => Promise<T>): Promise<T> {
  const name = new URL(url).pathname.slice(1);
  const copy = new URL(url);
  copy.pathname = `/${name}_copy`;
  await queryOnce(administration(url), `create database "${name}_copy" template "${name}"`);
  try {
    return await work(copy.href);
  } finally {
    await queryOnce(administration(url), `drop database "${name}_copy"`);
  }
}

/** A database that nobody copies: the one that is copied must have no visitor. */
function administration(url: string): string {
  const other = new URL(url);
  other.pathname = '/postgres';
  return other.href;
}

function audited(...words: readonly string[]) {
  const program = join(import.meta.dirname, 'main.ts');
  const args = ['-C', 'thereupon-source', program, ...words];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}
