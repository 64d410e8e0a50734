/**
 * What is replayed on PostgreSQL and killed meanwhile: an order file, a server of its own, and what the shop
 * comes to in peace, on SQLite.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres, type PostgresServer } from '../../scripts/services/postgres.ts';
import {
  bytesAcknowledged,
  isRunning,
  kill,
  startReplay,
  untilBalanced,
  untilFurther,
  type Replaying,
} from './killed-shop-fixture.ts';
import { allDocuments, inFlight, lostInvoices } from './left-behind-fixture.ts';
import { seededDice, type Dice } from './replay/dice.ts';
import { madeOrders } from './replay/made-orders.ts';
import type { ShopPlace } from './shop-place.ts';

export const kills = Number(process.env['KILLS'] ?? 2);
const bytesOfInvoice = JSON.stringify({ kind: 'order', id: '700002' }).length + 1;

export class KilledOnPostgres {
  readonly dice: Dice = seededDice(1912);
  readonly orders: string;
  readonly #directory: string;
  readonly #server: PostgresServer;
  readonly #peaceful: Awaited<ReturnType<typeof allDocuments>>;

  private constructor(
    directory: string,
    server: PostgresServer,
    peaceful: Awaited<ReturnType<typeof allDocuments>>,
  ) {
    this.#directory = directory;
    this.#server = server;
    this.#peaceful = peaceful;
    this.orders = join(directory, 'orders.csv');
  }

  static async open(): Promise<KilledOnPostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'thereupon-killed-'));
    const orders = join(directory, 'orders.csv');
    await writeFile(orders, [...madeOrders({ invoices: 10 + 12 * kills })].join(''));
    const place = { directory: join(directory, 'peaceful') };
    await untilBalanced(startReplay(place, orders));
    return new KilledOnPostgres(directory, await startPostgres(), await allDocuments(place));
  }

  async close(): Promise<void> {
    await this.#server.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async newPlace(name: string): Promise<ShopPlace> {
    const data = join(this.#directory, name.replaceAll(/\W+/g, '-'));
    return { directory: data, store: await this.#server.createDatabase() };
  }

  /** Some invoices and some milliseconds. */
  async untilSomeFurther(replaying: Replaying, place: ShopPlace): Promise<void> {
    await untilFurther(replaying, place.directory, bytesOfInvoice * this.dice.between(3, 9));
    await wait(this.dice.between(0, 20));
    assert.ok(isRunning(replaying.child), `it had ended before:\n${replaying.output()}`);
  }

  async assertAsInPeace(place: ShopPlace): Promise<void> {
    assert.deepEqual(await lostInvoices(place), []);
    assert.deepEqual(await allDocuments(place), this.#peaceful);
  }

  /** Killed with all of its processes, and begun again. */
  async killReplay(name: string, processes?: number): Promise<void> {
    const place = await this.newPlace(name);
    for (let count = 1; count <= kills; count += 1) {
      const replaying = startReplay(place, this.orders, processes);
      await this.untilSomeFurther(replaying, place);
      assert.ok(await kill(replaying.child), `it had ended before:\n${replaying.output()}`);
      console.log(`kill ${count}: ${JSON.stringify(await inFlight(place))}`);
      assert.deepEqual(await lostInvoices(place), []);
    }

    await untilBalanced(startReplay(place, this.orders, processes));

    await this.assertAsInPeace(place);
  }

  /** The server is killed and started again, and the replay goes on by itself. */
  async killServer(name: string, processes?: number): Promise<void> {
    const place = await this.newPlace(name);
    const replaying = startReplay(place, this.orders, processes);
    await this.untilSomeFurther(replaying, place);

    await this.#server.kill();
    const acknowledged = bytesAcknowledged(place.directory);
    await this.#server.restart();
    assert.deepEqual(await lostInvoices(place), []);
    await untilBalanced(replaying);

    assert.ok(bytesAcknowledged(place.directory) > acknowledged, 'it had ended before');
    await this.assertAsInPeace(place);
  }
}
