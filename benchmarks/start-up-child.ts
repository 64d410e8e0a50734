/**
 * A process that starts six contexts, handles one command, and says so.
 *
 *     node start-up-child.ts raw|small|shop DIRECTORY
 *
 * What each kind needs is imported when it is chosen: imports are most of what is measured.
 */
const [kind = '', directory = ''] = process.argv.slice(2);

if (kind === 'raw') await insertOneRow();
else if (kind === 'small') await startSmall();
else await startShop();

async function insertOneRow(): Promise<void> {
  const { mkdirSync } = await import('node:fs');
  const { DatabaseSync } = await import('node:sqlite');
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(`${directory}/raw.sqlite`);
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    create table log (position integer primary key autoincrement, data text) strict;
    insert into log (data) values ('{}');
  `);
  sayDone();
  database.close();
}

async function startSmall(): Promise<void> {
  const { run } = await import('thereupon');
  const { sqlite } = await import('thereupon/sqlite');
  const { sixContexts, box } = await import('./six-contexts.ts');
  const app = await run(sixContexts, { store: sqlite(directory) });
  await app.handle(box, 'b-1', { type: 'Fill', data: { units: 1 } });
  sayDone();
  await app.stop();
}

async function startShop(): Promise<void> {
  const { run } = await import('thereupon');
  const { sqlite } = await import('thereupon/sqlite');
  const { contexts } = await import('../examples/shop/contexts.ts');
  const { order } = await import('../examples/shop/ordering/aggregates.ts');
  // What its effects would call; nothing comes so far here.
  const dependencies = { gateway: {} } as never;
  const app = await run(contexts, { store: sqlite(directory), dependencies });
  const line = { productId: '85123A', quantity: 6, unitPriceMils: 2_550 };
  const buyer = { customerId: null, name: null, address: null, country: 'United Kingdom' };
  const data = { orderId: '536365', ...buyer, lines: [line], charges: [] };
  await app.handle(order, '536365', { type: 'PlaceOrder', data });
  sayDone();
  process.exit(0);
}

function sayDone(): void {
  process.stdout.write('handled\n');
}
