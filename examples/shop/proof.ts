/**
 * `npm run proof -- --orders FILE`: what takes too long for the tests. Replays an order file twice,
 * each time in a process of its own: once in peace, measured; once killed by SIGKILL at N random
 * moments and begun again each time. Both must balance, both must come to the same, document by
 * document, and no kill may lose what was acknowledged.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres, type PostgresServer } from '../../scripts/services/postgres.ts';
import { childrenOf } from '../../scripts/services/process/running-processes.ts';
import { runAudit, type Audit } from './audit/audit.ts';
import { beginAnew } from './begin-anew.ts';
import { type ProofBroker, startBroker } from './proof-broker.ts';
import { PROCESSES_MAX } from './cluster/deal-contexts.ts';
import { contexts } from './contexts.ts';
import { failureInWords } from './failure-in-words.ts';
import {
  bytesAcknowledged,
  isRunning,
  kill,
  startReplay,
  untilBalanced,
  type Replaying,
} from './killed-shop-fixture.ts';
import {
  allDocuments,
  documentsByModel,
  inFlight,
  isSomething,
  lostInvoices,
} from './left-behind-fixture.ts';
import { OptionError } from './option-error.ts';
import { readOptions, wholeNumber } from './read-options.ts';
import { seededDice } from './replay/dice.ts';
import { readOrders } from './replay/read-orders.ts';
import type { ShopPlace } from './shop-place.ts';
import { storeUrl } from './store-url.ts';

const LOOK_MS = 200;

const help = `Usage: npm run proof -- --orders FILE [options]

Replays an order file in peace, measured, and once more killed by SIGKILL again and again: nothing
that was acknowledged may be lost, both must balance, and come to the same, document by document.

  --orders FILE   the order file (.csv or .csv.gz)
  --kills N       how often it is killed, 0 to 1000; default 5
  --seed N        the same seed gives the same moments; default 1912
  --data DIR      where both replays keep their data, "peaceful" and "killed", which begin anew;
                  default ${join(tmpdir(), 'thereupon-proof')}
  --store URL     keep their contexts in a PostgreSQL database, one after the other; the shop that is
                  there is removed
  --server        instead of --store: on a PostgreSQL server of its own, which is killed as well, in
                  the middle, and started again
  --processes N   with one of these: replay by a cluster of so many processes, and kill one of them in
                  turn with the one that keeps them running
  --files-in-peace  with one of these: the replay in peace is on SQLite files, several times as fast; a
                  killed one on PostgreSQL must come to the same as that
  --broker NAME   nats, rabbitmq or kafka: one of its own is between the processes of the killed replay, of
                  three servers but for RabbitMQ, of which one is always away from the first kill on; all of
                  them are killed in the middle and started again. The replay in peace has none
  --in-peace DIR  compares with the replay in peace that an earlier proof has left there, in its
                  "peaceful", on files; of the same order file
  --help          this text

Exits with 0 when all of that is so, 1 when something is not, 2 when it could not be tried.
`;

const options = {
  orders: { type: 'string' },
  kills: { type: 'string', default: '5' },
  seed: { type: 'string', default: '1912' },
  data: { type: 'string', default: join(tmpdir(), 'thereupon-proof') },
  store: { type: 'string' },
  server: { type: 'boolean', default: false },
  processes: { type: 'string' },
  broker: { type: 'string' },
  'files-in-peace': { type: 'boolean', default: false },
  'in-peace': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Wanted = {
  readonly orders: string;
  readonly peaceful: ShopPlace;
  /** Whether the replay in peace is there already. */
  readonly hasPeace: boolean;
  readonly killed: ShopPlace;
  /** Of a cluster. */
  readonly processes: number | undefined;
  readonly server: PostgresServer | undefined;
  readonly broker: ProofBroker | undefined;
  readonly kills: number;
  readonly seed: number;
};

const wanted = await prepare().catch((error: unknown) => {
  process.stderr.write(`Cannot prove anything: ${failureInWords(error)}\n`);
  process.exitCode = 2;
});
try {
  if (wanted !== undefined) await prove(wanted);
} finally {
  await wanted?.broker?.close();
  await wanted?.server?.close();
}

/** Undefined when only help was asked for. */
async function prepare(): Promise<Wanted | undefined> {
  const { orders, data, help: isHelp, ...values } = readOptions(process.argv.slice(2), options);
  if (isHelp) return void process.stdout.write(help);
  if (orders === undefined) throw new OptionError('--orders', 'FILE is missing');
  const kills = wholeNumber('--kills', values.kills, { min: 0, max: 1_000 });
  const seed = wholeNumber('--seed', values.seed, { min: 0, max: 2 ** 32 - 1 });
  const { count } = await readOrders(orders);
  if (count === 0) throw new OptionError('--orders', `"${orders}" has no order in it`);
  const given = storeUrl('--store', values.store);
  const isOnFiles = values['files-in-peace'];
  const isOnServer = given !== undefined || values.server;
  if (values.processes !== undefined && !isOnServer && values.broker === undefined)
    throw new OptionError('--processes', 'needs --store URL, --server or --broker NAME');
  if (isOnFiles && !isOnServer)
    throw new OptionError('--files-in-peace', 'needs --store URL or --server');
  const inPeace = values['in-peace'];
  if (inPeace !== undefined && isOnServer && !isOnFiles)
    throw new OptionError('--in-peace', 'needs --files-in-peace where a store is given');
  if (inPeace !== undefined && !existsSync(join(inPeace, 'ordering.sqlite')))
    throw new OptionError('--in-peace', `finds no shop in "${inPeace}"`);
  const processes =
    values.processes === undefined
      ? values.broker === undefined
        ? undefined
        : contexts.length
      : wholeNumber('--processes', values.processes, { min: 1, max: PROCESSES_MAX });
  const broker =
    values.broker === undefined ? undefined : await startBroker('--broker', values.broker);
  const server = values.server ? await startPostgres({ storage: 'disk' }) : undefined;
  const store = (await server?.createDatabase()) ?? given;
  const peaceful = {
    directory: inPeace ?? join(data, 'peaceful'),
    store: isOnFiles ? undefined : store,
  };
  const hasPeace = inPeace !== undefined;
  const killed = { directory: join(data, 'killed'), store };
  for (const place of hasPeace ? [killed] : [peaceful, killed]) await beginAnew(place);
  return { orders, peaceful, hasPeace, killed, processes, server, broker, kills, seed };
}

async function prove({ peaceful, hasPeace, killed, ...wanted }: Wanted): Promise<void> {
  const { orders, processes, broker, kills } = wanted;
  const isOnFiles = peaceful.store !== killed.store || broker !== undefined;
  if (!hasPeace) await replayInPeace(peaceful, orders, isOnFiles ? undefined : processes);
  const audit = await balanced(peaceful);
  const documents = await allDocuments(peaceful);

  const bytes = bytesAcknowledged(peaceful.directory);
  // In a database there is room for one of them.
  await beginAnew(killed);
  const begun = performance.now();
  const interrupting = await replayKilled(killed, wanted, bytes);
  console.log(`${((performance.now() - begun) / 1_000).toFixed(0)} s, with all the kills`);
  console.log(`${interrupting} of ${kills} kills interrupted something`);
  const isDealt = processes !== undefined;
  assert.deepEqual(figures(await balanced(killed), isDealt), figures(audit, isDealt));
  const same = isDealt ? withoutChance : <T>(value: T): T => value;
  for await (const [model, killedOnes] of documentsByModel(killed)) {
    assert.deepEqual(same(killedOnes), same(documents[model]), model);
    delete documents[model];
  }
  assert.deepEqual(Object.keys(documents), []);
  console.log(`both balance (${audit.equations.length} equations), and all documents are the same`);
  console.log(`${interrupting * 2 >= kills ? '2 passed, 0 failed' : '1 passed, 1 failed'}`);
  if (interrupting * 2 < kills) process.exitCode = 1;
}

async function replayInPeace(
  place: ShopPlace,
  orders: string,
  processes: number | undefined,
): Promise<void> {
  console.log(`replaying ${orders} in peace …`);
  console.log(await replayMeasured(startReplay(place, orders, processes)));
}

/** Answers with its time and the most memory that it had, the processes that it started not counted. */
async function replayMeasured({ child, output }: Replaying): Promise<string> {
  const begun = performance.now();
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let peakMib = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peakMib = peakMemoryMib(child) ?? peakMib;
    await Promise.race([ended, wait(LOOK_MS)]);
  }
  const seconds = (performance.now() - begun) / 1_000;
  assert.equal(child.exitCode, 0, output());
  const rate = /replaying (\d+)\/\d+ in (.*) on the average/.exec(output())?.[0] ?? '';
  return `${rate}; ${seconds.toFixed(1)} s from start to exit, at most ${peakMib} MiB`;
}

/** What the system remembers of a process; undefined where it does not, or when it has ended. */
function peakMemoryMib({ pid }: ChildProcess): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1_024);
  } catch {
    return undefined;
  }
}

/** Kills at moments spread by chance over the whole of it. Answers how many interrupted something. */
async function replayKilled(
  place: ShopPlace,
  {
    orders,
    processes,
    server,
    broker,
    kills,
    seed,
  }: Omit<Wanted, 'peaceful' | 'hasPeace' | 'killed'>,
  bytes: number,
): Promise<number> {
  const dice = seededDice(seed);
  const moments = Array.from({ length: kills }, () => dice.between(0, bytes)).toSorted(
    (a, b) => a - b,
  );
  let interrupting = 0;
  const begin = (): Replaying => startReplay(place, orders, processes, broker?.url);
  let replaying = begin();
  let bytesAtStart = 0;
  for (const [index, moment] of moments.entries()) {
    // A cluster has processes to be killed only when it is open.
    await untilAcknowledged(replaying, place, Math.max(moment, bytesAtStart + 1));
    await wait(dice.between(0, 20));
    if (server !== undefined && index === Math.floor(kills / 2)) {
      await server.kill();
      await server.restart();
      console.log('the server was killed and started again');
    }
    if (broker !== undefined) await disturb(broker, index === Math.floor(kills / 2));
    // Of a cluster one process and all of them in turn.
    const isOne = processes !== undefined && index % 2 === 0;
    if (isOne) process.kill(dice.pick(childrenOf(replaying.child.pid as number)), 'SIGKILL');
    else assert.ok(await kill(replaying.child), `it had ended before:\n${replaying.output()}`);
    assert.deepEqual(await lostInvoices(place), []);
    const found = await inFlight(place);
    if (isSomething(found)) interrupting += 1;
    const { openOrders, messages, waiting } = found;
    console.log(
      `kill ${index + 1} at ${((100 * moment) / bytes).toFixed(0)} %: ${openOrders} orders open, ` +
        `${messages} messages under way, ${waiting} rows waiting; nothing acknowledged is lost`,
    );
    if (isOne) continue;
    bytesAtStart = bytesAcknowledged(place.directory);
    replaying = begin();
  }
  await untilBalanced(replaying);
  assert.deepEqual(await lostInvoices(place), []);
  return interrupting;
}

async function disturb({ restart, endNext }: ProofBroker, isMiddle: boolean): Promise<void> {
  if (isMiddle) {
    await restart();
    console.log('the broker was killed and started again');
  }
  const node = await endNext?.();
  if (node !== undefined) console.log(`server ${node} of the broker's three is away`);
}

async function untilAcknowledged(
  { child }: Replaying,
  { directory }: ShopPlace,
  moment: number,
): Promise<void> {
  while (bytesAcknowledged(directory) < moment && isRunning(child)) await wait(1);
}

async function balanced(place: ShopPlace): Promise<Audit> {
  const audit = await runAudit(place);
  assert.ok(audit.isBalanced, `the books of ${place.directory} do not balance`);
  return audit;
}

/**
 * Two orders of the same minute are of two keys: which of them comes to the shelves first is not promised, and
 * where contexts are processes that are killed it may be the other one. What the second one saw there is noted.
 */
function withoutChance(documents: unknown): unknown {
  return JSON.parse(
    JSON.stringify(documents, (key, value: unknown) => (key === 'available' ? undefined : value)),
  );
}

/**
 * But for how often the gateway was asked, which is more when somebody is killed; and but for how many events
 * there are, where each context is a process and one's messages overtake another's: whoever hears of a payment
 * before its order is due notes that, and comes to the same.
 */
function figures({ equations }: Audit, isDealt: boolean) {
  const depend = isDealt ? ['request', 'No event of any stream is missing'] : ['request'];
  return equations
    .filter(({ name }) => !depend.some((part) => name.includes(part)))
    .map(({ name, left, right }) => [name, left.value, right.value]);
}
