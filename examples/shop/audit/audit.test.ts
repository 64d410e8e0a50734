import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import type { BoundedContext } from 'thereupon';
import { contexts } from '../contexts.ts';
import { ordering } from '../ordering/context.ts';
import { auditTable } from './audit-table.ts';
import { gatewayFile } from './attached-files.ts';
import { orderIdWhich, runBusyShop } from './busy-shop-fixture.ts';
import { listeners } from './flows.ts';
import { runAudit, type Audit } from './audit.ts';

const shipped = orderIdWhich('answers', 'SHIPPED');
const cancelled = orderIdWhich('answers', 'CANCELLED');
const declined = orderIdWhich('declines', 'DECLINED');
const waited = orderIdWhich('answers', 'WAITED');

/** A row like another one, with an id of its own and some columns otherwise. */
const again = (where: string, columns: Readonly<Record<string, string>>): string => {
  const names =
    'id direction stream version type schema_version key data source occurred_at recorded_at ' +
    'correlation_id causation_id';
  const values = names.split(' ').map((name) => columns[name] ?? name);
  return `insert into log (${names.replaceAll(' ', ', ')})
    select ${values.join(', ')} from log where ${where}`;
};
const more = (field: string, by = 1): string =>
  `set data = json_set(data, '$.${field}', (data ->> '$.${field}') + ${by})`;

type Damage = {
  readonly says: string;
  readonly file: string;
  readonly sql: string;
  /** Every equation that must turn red; others may. */
  readonly red: readonly string[];
};

const inAll = 'Money charged − refunded = confirmed − returned';
const byOrder = 'The same of every single order';
const gatewayInAll = 'The gateway’s own file says the same';
const gatewayByOrder = 'The gateway, order by order';
const onHand = 'On hand = initial + restocked + returned + adjusted − shipped';
const reserved = 'Nothing is reserved for an order that ended';
const whileWaiting = 'Nothing is reserved for an order that waits';
const counted = 'What an order wants is a demand once';
const unpaid = 'No order is unpaid for longer than half an hour';
const waits = 'No order waits for goods for longer than two weeks';
const parcels = 'Units that left the shelves left in parcels';
const cameBack = 'Units that came back are on the shelves';
const endings = 'Every order ended in exactly one state';
const missing = 'No event of any stream is missing';
const toInventory = 'Messages from ordering to inventory';

const damages: readonly Damage[] = [
  {
    says: 'an order that was shipped and cancelled',
    file: 'ordering.sqlite',
    sql: again(`stream = 'order/${shipped}' and type = 'OrderMarkedShipped'`, {
      id: "'damage'",
      type: "'OrderCancelled'",
      version: '(select max(version) + 1 from log as l where l.stream = log.stream)',
    }),
    red: [endings, inAll, byOrder],
  },
  {
    says: 'an order that never ended',
    file: 'ordering.sqlite',
    sql: `delete from log where stream = 'order/${cancelled}' and type = 'OrderCancelled'`,
    red: [endings],
  },
  {
    says: 'a total that is a penny more than its lines',
    file: 'ordering.sqlite',
    sql: `update log ${more('totalPence')} where stream = 'order/${cancelled}' and type = 'OrderPlaced'`,
    red: ['Every order is worth the sum of its lines'],
  },
  {
    says: 'a parcel that never left',
    file: 'fulfilment.sqlite',
    sql: `delete from log where stream = 'shipment/${shipped}' and type = 'OrderShipped'`,
    red: ['Every shipped order left in one parcel', parcels],
  },
  {
    says: 'a penny more paid',
    file: 'billing.sqlite',
    sql: `update log ${more('amountPence')} where stream = 'payment/${shipped}' and type = 'PaymentCompleted'`,
    red: [inAll, byOrder, gatewayInAll, gatewayByOrder],
  },
  {
    says: 'two pennies that cancel each other out in all',
    file: 'billing.sqlite',
    sql: `
      update log ${more('amountPence')} where stream = 'payment/${shipped}' and type = 'PaymentCompleted';
      update log ${more('amountPence', -1)} where stream like 'payment/LATE-%' and type = 'PaymentCompleted'`,
    red: [byOrder, gatewayByOrder],
  },
  {
    says: 'a penny less given back',
    file: 'billing.sqlite',
    sql: `update log ${more('amountPence', -1)} where direction = 'domain' and type = 'PaymentRefunded'`,
    red: [inAll, byOrder, gatewayInAll, gatewayByOrder],
  },
  {
    says: 'a return worth a penny more',
    file: 'ordering.sqlite',
    sql: `update log ${more('refundPence')} where direction = 'domain' and type = 'GoodsReturned'`,
    red: [inAll, byOrder],
  },
  {
    says: 'a penny more charged by the gateway',
    file: gatewayFile,
    sql: `update charges set amount_pence = amount_pence + 1 where order_id = '${shipped}'`,
    red: [gatewayInAll, gatewayByOrder],
  },
  {
    says: 'an order charged twice, under two keys',
    file: gatewayFile,
    sql: `insert into charges select idempotency_key || '2', charge_id, order_id, amount_pence,
      status, reason, requests, at from charges where order_id = '${shipped}'`,
    red: ['No order was charged twice', 'Each charge was asked under one key', gatewayByOrder],
  },
  {
    says: 'a charge that the gateway knows nothing of',
    file: gatewayFile,
    sql: "delete from charges where status = 'declined'",
    red: ['Each charge was asked under one key'],
  },
  {
    says: 'a refund under the key of another event',
    file: gatewayFile,
    sql: "update refunds set idempotency_key = 'billing/give money back/unknown'",
    red: ['Each refund was asked under one key'],
  },
  {
    says: 'a unit more shipped',
    file: 'inventory.sqlite',
    sql: `update log ${more('lines[0].quantity')}
      where type = 'ReservationShipped' and stream = 'reservation/${shipped}'`,
    red: [onHand, parcels, reserved],
  },
  {
    says: 'a unit too many shown on a shelf',
    file: 'inventory.sqlite',
    sql: `update "documents:stock-levels@1" set text = json_set(text, '$.available', (text ->> 'available') + 1)
      where key = 'MUG'`,
    red: [onHand],
  },
  {
    says: 'a shelf that is missing from what the shop shows',
    file: 'inventory.sqlite',
    sql: `delete from "documents:stock-levels@1" where key = 'BIRD'`,
    red: [onHand],
  },
  {
    says: 'too few units at the start',
    file: 'inventory.sqlite',
    sql: `update log set data = json_set(data, '$.quantity', 3)
      where type = 'InitialStockReceived' and stream = 'stock/MUG'`,
    red: ['No stock was ever below zero', onHand],
  },
  {
    says: 'a unit less put back',
    file: 'inventory.sqlite',
    sql: `update log ${more('quantity', -1)} where type = 'UnitsTakenBack'`,
    red: [cameBack, onHand],
  },
  {
    says: 'an adjustment that took a unit more',
    file: 'inventory.sqlite',
    sql: `update log ${more('applied', -1)} where type = 'StockAdjusted'`,
    red: [onHand],
  },
  {
    says: 'units that stay reserved for an order that ended',
    file: 'inventory.sqlite',
    sql: `delete from log where type = 'ReservationShipped' and stream = 'reservation/${shipped}'`,
    red: [reserved, parcels],
  },
  {
    says: 'a unit less taken from the shelf than was reserved',
    file: 'inventory.sqlite',
    sql: `update log ${more('quantity', -1)} where type = 'UnitsReserved' and stream = 'stock/BIRD'
      and data ->> 'orderId' = '${shipped}'`,
    red: [reserved],
  },
  {
    says: 'a unit that an order did not give back',
    file: 'inventory.sqlite',
    sql: `update log ${more('quantity', -1)} where type = 'UnitsReleased' and stream = 'stock/BIRD'
      and data ->> 'orderId' = '${declined}'`,
    red: [reserved],
  },
  {
    says: 'a unit that is kept for an order that waits',
    file: 'inventory.sqlite',
    sql: `update log set type = 'UnitsReserved', data = json_set(data, '$.quantity', 1)
      where type = 'UnitsFellShort' and stream = 'stock/MUG' and data ->> 'orderId' = '${waited}'`,
    red: [whileWaiting, reserved],
  },
  {
    says: 'a want that is counted again when it is asked for again',
    file: 'inventory.sqlite',
    sql: `update log set data = json_set(data, '$.week', 1) where type = 'UnitsReserved'
      and stream = 'stock/MUG' and data ->> 'orderId' = '${waited}'`,
    red: [counted],
  },
  {
    says: 'an order that was paid a minute too late',
    file: 'ordering.sqlite',
    sql: `update log set occurred_at = occurred_at + 31 * 60000
      where type = 'OrderConfirmed' and stream = 'order/${shipped}'`,
    red: [unpaid],
  },
  {
    says: 'an order that is unpaid, and that no timer ends',
    file: 'ordering.sqlite',
    sql: `delete from log where stream = 'order/${shipped}'
      and type in ('OrderConfirmed', 'OrderMarkedShipped')`,
    red: [unpaid, endings],
  },
  {
    says: 'an order that waited for a minute too long',
    file: 'inventory.sqlite',
    sql: `update log set occurred_at = occurred_at + 60000
      where type = 'StockReservationFailed' and direction = 'domain'`,
    red: [waits],
  },
  {
    says: 'an order that waits, and that no timer ends',
    file: 'inventory.sqlite',
    sql: `delete from log where type = 'StockReservationFailed' and direction = 'domain'`,
    red: [waits],
  },
  {
    says: 'a message that never came',
    file: 'inventory.sqlite',
    sql: `delete from log where direction = 'incoming' and type = 'ordering.OrderPlaced'
      and key = '${shipped}'`,
    red: [toInventory],
  },
  {
    says: 'a message that came and was never published',
    file: 'ordering.sqlite',
    sql: `delete from log where direction = 'outgoing' and type = 'ordering.OrderPlaced'
      and key = '${shipped}'`,
    red: [toInventory, 'Messages from ordering to billing', 'Messages from ordering to customers'],
  },
  {
    says: 'a message that came twice',
    file: 'inventory.sqlite',
    sql: `drop index log_id; ${again(
      `direction = 'incoming' and type = 'ordering.OrderPlaced' and key = '${shipped}'`,
      {},
    )}`,
    red: [toInventory],
  },
  {
    says: 'a message that came again under another id',
    file: 'inventory.sqlite',
    sql: again(`direction = 'incoming' and type = 'ordering.OrderPlaced' and key = '${shipped}'`, {
      id: "'damage'",
    }),
    red: [toInventory],
  },
  {
    says: 'messages that came and were not handled',
    file: 'inventory.sqlite',
    sql: "update checkpoints set position = 3 where subscription = 'keep the shelves'",
    red: [toInventory],
  },
  {
    says: 'an event that is missing in the middle of its stream',
    file: 'inventory.sqlite',
    sql: "delete from log where stream = 'stock/MUG' and version = 2",
    red: [missing],
  },
  {
    says: 'a parked row',
    file: 'billing.sqlite',
    sql: `insert into waiting values
      ('follow the order', 'k', 'r', 'parked', 1, 0, 0, 8, null, 'c', 0, null)`,
    red: ['Nothing is retried, parked or held'],
  },
];

describe('the audit', () => {
  const directory = mkdtempSync(join(tmpdir(), 'audited-'));
  const sound = join(directory, 'sound');
  let whileOpen: Audit;
  before(() =>
    runBusyShop(
      { directory: sound },
      {
        whileOneWaits: async () => {
          whileOpen = await runAudit({ directory: sound });
        },
      },
    ),
  );
  after(() => rmSync(directory, { recursive: true }));

  async function damagedBy(file: string, sql: string): Promise<Audit> {
    const damaged = mkdtempSync(join(directory, 'damaged-'));
    cpSync(sound, damaged, { recursive: true });
    damage(join(damaged, file), sql);
    return runAudit({ directory: damaged });
  }

  test('balances on a shop that did a bit of everything', async () => {
    const audit = await runAudit({ directory: sound });

    assert.ok(audit.isBalanced, auditTable(audit));
    const facts = Object.fromEntries(audit.equations.map(({ name, left }) => [name, left.value]));
    assert.equal(facts[endings], 7);
    assert.equal(facts[cameBack], 3);
    assert.equal(facts[waits], 3);
    assert.equal(facts[toInventory], 7 + 3 + 1);
  });

  test('reads the files of a shop that is running, in which an order waits for goods', () => {
    assert.ok(whileOpen.isBalanced, auditTable(whileOpen));
    assert.match(auditTable(whileOpen), /shipped or cancelled, or waiting for goods: 1/);
  });

  for (const { says, file, sql, red } of damages) {
    test(`turns red for ${says}`, async () => {
      const audit = await damagedBy(file, sql);

      const turned = redOf(audit);
      const pale = red.filter((name) => !turned.includes(name));
      assert.deepEqual(pale, [], auditTable(audit));
      assert.equal(audit.isBalanced, false);
    });
  }

  test('takes it that a customer cancels late, before a shop that was closed hears its timers', async () => {
    const sql = `update log set occurred_at = occurred_at + 31 * 60000
      where type = 'OrderCancelled' and stream = 'order/${cancelled}'`;

    assert.deepEqual(redOf(await damagedBy('ordering.sqlite', sql)), []);
  });

  test('has a damage for each of its equations', async () => {
    const damaged = new Set(damages.flatMap(({ red }) => red));
    const isMessages = (name: string): boolean => name.startsWith('Messages from ');

    const { equations } = await runAudit({ directory: sound });
    const untried = equations
      .map(({ name }) => name)
      .filter((name) => !damaged.has(name) && !isMessages(name));

    assert.deepEqual(untried, []);
  });

  for (const [consumer, subscriptions] of Object.entries(listeners)) {
    for (const [subscription, contracts] of Object.entries(subscriptions)) {
      const about = `“${subscription}” of ${consumer}`;
      const red = contracts.map((contract) => messages(String(contract.split('.')[0]), consumer));

      test(`turns red when ${about} has handled nothing`, async () => {
        const sql = `delete from checkpoints where subscription = '${subscription}'`;

        const turned = redOf(await damagedBy(`${consumer}.sqlite`, sql));

        assert.ok(
          turned.some((name) => red.includes(name)),
          turned.join(),
        );
      });

      test(`turns red when what ${about} hears never came`, async () => {
        const list = contracts.map((contract) => `'${contract}'`).join();
        // The last record of a log cannot be deleted.
        const sql = `update log set type = 'nobody.Listened'
          where direction = 'incoming' and type in (${list})`;

        const turned = redOf(await damagedBy(`${consumer}.sqlite`, sql));

        assert.ok(
          turned.some((name) => red.includes(name)),
          turned.join(),
        );
      });
    }
  }

  test('turns red when a shop was wired without one of its listeners', async () => {
    const forgetful = join(directory, 'forgetful');
    const readModels = ordering.readModels.filter(({ name }) => name !== 'price-list');
    const wired = contexts.map((context) =>
      context.name === 'ordering' ? { ...context, readModels } : context,
    );
    await runBusyShop({ directory: forgetful }, { wired });

    assert.deepEqual(redOf(await runAudit({ directory: forgetful })), [
      messages('catalogue', 'ordering'),
    ]);
  });

  test('states every listener that the contexts declare, and no other', () => {
    const declared = contexts.flatMap(declaredBy).toSorted();
    const stated = Object.entries(listeners).flatMap(([context, subscriptions]) =>
      Object.entries(subscriptions).flatMap(([subscription, contracts]) =>
        contracts.map((contract) => `${context}, ${subscription}: ${contract}`),
      ),
    );

    assert.deepEqual(stated.toSorted(), declared);
  });

  test('imports nothing but its own files, Node and the client of a database, and how a command line is read', () => {
    const commandLine = ['../failure-in-words.ts', '../read-options.ts', '../store-url.ts'];
    const files = readdirSync(import.meta.dirname).filter((name) => !/test|fixture/.test(name));
    const imports = files.flatMap((name) => {
      const text = readFileSync(join(import.meta.dirname, name), 'utf8');
      return [...text.matchAll(/\bfrom '([^']+)'|\bimport\(? ?'([^']+)'/g)].map(
        ([, from, alone]) => from ?? alone ?? '',
      );
    });

    assert.ok(imports.length > 20);
    assert.deepEqual(
      imports.filter(
        (from) => !from.startsWith('./') && !from.startsWith('node:') && from !== 'pg',
      ),
      commandLine,
    );
  });

  test('exits with 0, with 1 when something does not balance, and with 2 and a line when it cannot look', () => {
    const damaged = join(directory, 'by-command');
    cpSync(sound, damaged, { recursive: true });
    damage(join(damaged, gatewayFile), 'update charges set amount_pence = amount_pence + 1');

    const balanced = audited('--data', sound, '--json');
    const unbalanced = audited('--data', damaged);
    const missingShop = audited('--data', join(directory, 'nowhere'));
    writeFileSync(join(damaged, 'ordering.sqlite'), 'some text');
    const otherFile = audited('--data', damaged);
    writeFileSync(join(damaged, 'ordering.sqlite'), '');
    const emptyFile = audited('--data', damaged);
    const help = audited('--help');
    const unknown = audited('--date', sound);

    assert.equal(balanced.status, 0, balanced.stderr);
    assert.equal((JSON.parse(balanced.stdout) as Audit).isBalanced, true);
    assert.equal(unbalanced.status, 1, unbalanced.stderr);
    assert.match(unbalanced.stdout, /gateway, order by order.*NO/i);
    for (const [{ status, stderr }, says] of [
      [missingShop, /In ".*nowhere" there is no shop's data: none of its files is there\./],
      [
        otherFile,
        /In ".*ordering\.sqlite" the shop's data cannot be read \(file is not a database\)/,
      ],
      [emptyFile, /In ".*ordering\.sqlite" the shop's data cannot be read \(no such table/],
      [unknown, /--date is not known\. See --help\./],
    ] as const) {
      assert.equal(status, 2);
      assert.match(stderr, /^Cannot audit: .*\n$/);
      assert.match(stderr, says);
    }
    assert.equal(help.status, 0);
    for (const option of ['--data', '--json']) assert.ok(help.stdout.includes(option));
  });
});

function messages(publisher: string, consumer: string): string {
  return `Messages from ${publisher} to ${consumer}`;
}

/** What the subscriptions of a context hear of others, as the running code has it. */
function declaredBy({
  name: own,
  reactions,
  effects,
  processes,
  readModels,
}: BoundedContext): string[] {
  const named = [
    ...[...reactions, ...effects, ...processes].map(({ name, sources }) => ({ name, sources })),
    ...readModels.map(({ name, version, sources }) => ({ name: `${name}@${version}`, sources })),
  ];
  return named.flatMap(({ name, sources }) =>
    sources.flatMap((source) =>
      source.kind === 'contract' && !source.name.startsWith(`${own}.`)
        ? [`${own}, ${name}: ${source.name}`]
        : [],
    ),
  );
}

function damage(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  try {
    const changesBefore = totalChanges(database);
    database.exec(sql);
    assert.notEqual(totalChanges(database), changesBefore, `nothing was damaged by: ${sql}`);
  } finally {
    database.close();
  }
}

function totalChanges(database: DatabaseSync): unknown {
  return database.prepare('select total_changes() as n').get()?.['n'];
}

function redOf(audit: Audit): string[] {
  return audit.equations.filter((each) => !each.isBalanced).map(({ name }) => name);
}

function audited(...words: readonly string[]) {
  const program = join(import.meta.dirname, 'main.ts');
  const args = ['-C', 'thereupon-source', program, ...words];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}
