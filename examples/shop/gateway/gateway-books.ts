/**
 * The gateway's own file: one row for each idempotency key, written and synced to disk before the
 * key's first answer goes out. A key asked for again only has its requests counted; its answer is
 * the one in the row.
 *
 * Others may read the file while the gateway runs:
 *
 *     charges (idempotency_key, charge_id, order_id, amount_pence, status, reason, requests, at)
 *     refunds (idempotency_key, refund_id, order_id, amount_pence, status, reason, requests, at)
 *
 * `status` is `charged` or `refunded`, or `declined` with a `reason`; a declined row moved no
 * money. `requests` counts how often the key was asked for, `at` is when it first was. For a
 * person's money: sum of charged minus sum of refunded, per `order_id`.
 */
import { hash } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { behaviourFor } from './misbehaviour.ts';

export type GatewayRequest = {
  readonly kind: 'charge' | 'refund';
  readonly idempotencyKey: string;
  readonly orderId: string;
  readonly amountPence: number;
  /** The caller's name for a refund; a charge gets its name here, so it is empty. */
  readonly refundId: string;
};

export type Entry = {
  readonly id: string;
  readonly status: 'charged' | 'refunded' | 'declined';
  readonly reason: string;
  readonly requests: number;
  /** False when the key was first used for something else: nothing was done. */
  readonly isSameRequest: boolean;
};

const schema = `
  create table if not exists charges (
    idempotency_key text primary key,
    charge_id text not null,
    order_id text not null,
    amount_pence integer not null,
    status text not null,
    reason text not null,
    requests integer not null,
    at text not null
  ) strict, without rowid;
  create index if not exists charges_by_order on charges (order_id);
  create table if not exists refunds (
    idempotency_key text primary key,
    refund_id text not null,
    order_id text not null,
    amount_pence integer not null,
    status text not null,
    reason text not null,
    requests integer not null,
    at text not null
  ) strict, without rowid;
  create index if not exists refunds_by_order on refunds (order_id);
`;

export class GatewayBooks {
  readonly #database: DatabaseSync;
  readonly #now: () => string;
  readonly #charges: Table;
  readonly #refunds: Table;
  readonly #left: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;

  constructor(path: string, now: () => string) {
    this.#now = now;
    this.#database = new DatabaseSync(path, { timeout: 5000 });
    this.#database.exec('pragma journal_mode = wal; pragma synchronous = full');
    this.#database.exec(schema);
    this.#begin = this.#database.prepare('begin immediate');
    this.#commit = this.#database.prepare('commit');
    this.#charges = prepareTable(this.#database, 'charges', 'charge_id');
    this.#refunds = prepareTable(this.#database, 'refunds', 'refund_id');
    // By charges_by_order and refunds_by_order.
    this.#left = this.#database.prepare(`
      select
        (select coalesce(sum(amount_pence), 0) from charges where order_id = ? and status = 'charged')
        - (select coalesce(sum(amount_pence), 0) from refunds where order_id = ? and status = 'refunded')
        as pence`);
  }

  /** Records all of them in one transaction, in their order; they are on disk when it returns. */
  record(requests: readonly GatewayRequest[]): Entry[] {
    this.#begin.run();
    try {
      const entries = requests.map((request) => this.#recordOne(request));
      this.#commit.run();
      return entries;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #recordOne(request: GatewayRequest): Entry {
    const { kind, idempotencyKey, orderId, amountPence } = request;
    const table = kind === 'charge' ? this.#charges : this.#refunds;
    const known = table.countAgain.get(idempotencyKey) as Row | undefined;
    if (known !== undefined) return { ...known, isSameRequest: isSame(request, known) };

    const id = kind === 'charge' ? chargeIdFor(idempotencyKey) : request.refundId;
    const reason = kind === 'charge' ? this.#whyNotCharge(orderId) : this.#whyNotRefund(request);
    const done = kind === 'charge' ? 'charged' : 'refunded';
    const status = reason === '' ? done : 'declined';
    table.insert.run(idempotencyKey, id, orderId, amountPence, status, reason, this.#now());
    return { id, status, reason, requests: 1, isSameRequest: true };
  }

  #whyNotCharge(orderId: string): string {
    return behaviourFor(orderId) === 'declines' ? 'the card was declined' : '';
  }

  #whyNotRefund({ orderId, amountPence }: GatewayRequest): string {
    const { pence } = this.#left.get(orderId, orderId) as { pence: number };
    return amountPence > pence ? `only ${pence} pence of the order are left to refund` : '';
  }
}

type Table = { readonly countAgain: StatementSync; readonly insert: StatementSync };
type Row = {
  readonly id: string;
  readonly orderId: string;
  readonly amountPence: number;
  readonly status: Entry['status'];
  readonly reason: string;
  readonly requests: number;
};

function prepareTable(database: DatabaseSync, table: string, id: string): Table {
  return {
    // By the primary key.
    countAgain: database.prepare(`
      update ${table} set requests = requests + 1 where idempotency_key = ?
      returning ${id} as id, order_id as orderId, amount_pence as amountPence,
        status, reason, requests`),
    insert: database.prepare(`
      insert into ${table}
        (idempotency_key, ${id}, order_id, amount_pence, status, reason, requests, at)
      values (?, ?, ?, ?, ?, ?, 1, ?)`),
  };
}

function isSame(request: GatewayRequest, row: Row): boolean {
  const isSameRefund = request.kind === 'charge' || row.id === request.refundId;
  return isSameRefund && row.orderId === request.orderId && row.amountPence === request.amountPence;
}

function chargeIdFor(idempotencyKey: string): string {
  return `charge-${hash('sha256', idempotencyKey).slice(0, 20)}`;
}
