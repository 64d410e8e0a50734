import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { CloudEvent } from 'cloudevents';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import type { Store } from '../log/store.ts';
import { REQUESTS } from '../runtime/request.ts';
import { start } from '../runtime/fixtures/start.ts';
import type { BadLine } from './bad-lines.ts';
import type { CommandMeans } from './command.ts';
import { exportCommand } from './export.ts';
import { type Ended, askCommand } from './fixtures/ask-command.ts';
import { bills, contexts, order } from './fixtures/importing.ts';
import { importCommand } from './import.ts';
import type { ImportResult } from './import-events.ts';

test('what was exported is taken in elsewhere, and those who listen come to the same documents', async (t) => {
  const there = await place(t);
  const first = await start(t, contexts, { store: there.store });
  const ids = ['o-1', 'o-2', 'o-3'];
  for (const pence of [100, 200, 300])
    for (const orderId of ids)
      await first.handle(order, orderId, { type: 'OrderPlaced', data: { orderId, pence } });
  await first.settled();
  const file = join(there.folder, 'published.ndjson');
  await askCommand(exportCommand, { contexts, store: there.store }, ['--out', file]);
  const here = await running(t);

  const { code, out } = await here.import(file);

  assert.equal(code, 0, out);
  assert.deepEqual(out.split('\n').slice(0, 2), [
    'billing: 9 taken in, from ordering',
    'shipping: 9 taken in, from ordering',
  ]);
  assert.match(out, /\n9 lines of .*published\.ndjson read in /);
  await here.app.settled();
  for (const id of ids) {
    const bill = await here.app.read(bills).get(id);
    assert.deepEqual(bill, await first.read(bills).get(id));
    assert.deepEqual(bill?.pence, [100, 200, 300]);
  }
});

test('importing twice adds nothing twice, and who, why and how many are on record', async (t) => {
  const { import: importing, file, store, takenIn } = await running(t);
  const lines = file(placed('o-1'), placed('o-2'));

  const first = await importing(lines, '--who', 'ann');
  const second = await importing(lines, '--why', 'once more');

  assert.deepEqual([first.code, second.code], [0, 0]);
  assert.match(second.out, /^billing: 0 taken in, 2 known already, from ordering$/m);
  assert.deepEqual(await takenIn('billing'), ['o-1', 'o-2']);
  const log = await store.reader('billing');
  const [later, earlier] = await log.operations(2);
  await log.close();
  assert.deepEqual([earlier?.who, earlier?.why], ['ann', `import of ${lines}`]);
  assert.deepEqual([later?.action, later?.why], ['import', 'once more']);
  assert.deepEqual((JSON.parse(later?.detail ?? '') as { imported: object }).imported, {
    taken: 0,
    known: 2,
    parked: 0,
  });
});

const BAD: Readonly<Record<string, readonly [string, RegExp]>> = {
  'no JSON': ['{"id":"Ada Lovelace",', /^it is no JSON/],
  'no object': ['[1]', /^it is no JSON object$/],
  'no event': ['{"id":"x"}', /^it is no CloudEvent: it has no specversion$/],
  'an event of another version': [event({ specversion: '0.3' }), /^its specversion is "0\.3", not/],
  'an event without an id': [event({ id: undefined }), /^it has no id$/],
  'an event whose id is no text': [event({ id: 7 }), /^its id is no text$/],
  'an event without a source': [event({ source: undefined }), /^it has no source$/],
  'an event without a type': [event({ type: '' }), /^its type is no text$/],
  'an event at no time': [event({ time: 'noon' }), /^its time is no time: "noon"$/],
  'of no contract': [
    event({ type: 'ordering.\u001b[31m' }),
    /^no contract is called "ordering\.\\u001b/,
  ],
  'from somebody else': [event({ source: 'https://a.example' }), /only "\/ordering" publishes/],
  'a domain event': [event({ direction: 'domain' }), /^it is a record of a log \(domain\)/],
  'data that does not fit': [event({ data: { orderId: 7 } }), /^Data does not fit "ordering\.Ord/],
  'no data': [event({ data: undefined }), /^Data does not fit/],
  'data that is no JSON': [event({ data: undefined, data_base64: 'e30=e' }), /is no JSON|not fit/],
  'a newer version that does not fit': [
    event({ schemaversion: '9', data: {} }),
    /does not fit the version of the contract known here/,
  ],
  'a version that is none': [event({ schemaversion: 'two' }), /has no version 1, 2, 3/],
  'an id that is too long': [event({ id: 'x'.repeat(300) }), /its id has 300 characters/],
  'metadata that is none': [event({ metadata: 'x' }), /its metadata is no JSON/],
};

test('a line that cannot be taken in is told with its number and why, and the others go on', async (t) => {
  const { import: importing, file, takenIn } = await running(t);
  const bad = Object.values(BAD);
  const lines = file(placed('first'), ...bad.map(([line]) => line), placed('last'));

  const asText = await importing(lines);
  const asJson = await importing(lines, '--json');

  assert.deepEqual([asText.code, asJson.code], [1, 1]);
  const told = asText.err.trimEnd().split('\n');
  assert.equal(told.length, bad.length);
  for (const [index, [, why]] of bad.entries()) {
    const [, number, rest = ''] = /^line (\d+): (.*)$/.exec(told[index] ?? '') ?? [];
    assert.equal(Number(number), index + 2);
    assert.match(rest, why);
  }
  assert.ok(!asText.err.includes('Ada'), 'what is in a line is quoted');
  assert.match(asText.out, new RegExp(`^${bad.length} lines cannot be taken in by anybody$`, 'm'));
  assert.deepEqual(await takenIn('billing'), ['first', 'last']);
  const { badLines, isCut, bad: count } = jsonOf(asJson);
  assert.deepEqual([badLines.length, isCut, count], [bad.length, false, bad.length]);
  assert.deepEqual(badLines[1], { line: 3, why: 'it is no JSON object' });
});

test('of many bad lines the first are told and the rest counted; as JSON there are all', async (t) => {
  const { import: importing, file } = await running(t);
  const lines = file(...Array.from({ length: 30 }, () => '{'));

  const { err } = await importing(lines);
  const { badLines } = jsonOf(await importing(lines, '--json'));

  assert.equal(err.trimEnd().split('\n').length, 21);
  assert.match(err, /\nand 10 more such lines: see them with --json\n$/);
  assert.equal(badLines.length, 30);
});

test('what any other system has written is taken in under the name that the context map has for it', async (t) => {
  const { import: importing, file, store, app } = await running(t);
  const foreign = new CloudEvent({
    type: 'till.Sold',
    source: 'https://till.example/3',
    subject: 'o-9',
    data: { orderId: 'o-9', pence: 250 },
  });

  const { code, out } = await importing(file(JSON.stringify(foreign)));

  assert.equal(code, 0);
  assert.match(out, /^billing: 1 taken in, from till$/m);
  await app.settled();
  assert.deepEqual((await app.read(bills).get('o-9'))?.pence, [250]);
  const log = await store.reader('billing');
  const [record] = await log.read({ after: 0, limit: 10, directions: ['incoming'] });
  await log.close();
  assert.deepEqual([record?.id, record?.source], [foreign.id, 'till']);
  assert.equal(record?.occurredAt, Date.parse(foreign.time ?? ''));
});

test('an attribute that is null is one that is not there', async (t) => {
  const { import: importing, file, store } = await running(t);

  const { code } = await importing(file(event({ traceparent: null, subject: null, time: null })));

  assert.equal(code, 0);
  const log = await store.reader('billing');
  const [record] = await log.read({ after: 0, limit: 1 });
  await log.close();
  assert.equal(record?.traceparent, null);
});

test('a message of an older version is brought up to the current one', async (t) => {
  const { import: importing, file, app } = await running(t);

  await importing(
    file(event({ schemaversion: '1', data: { orderId: 'o-1', pounds: 3 }, partitionkey: 'o-1' })),
  );
  await app.settled();

  assert.deepEqual((await app.read(bills).get('o-1'))?.pence, [300]);
});

test('messages of one key are taken in and handled in the order of the lines, however many batches they are', async (t) => {
  const { import: importing, file, app } = await running(t);
  const numbers = Array.from({ length: 6_500 }, (_, index) => index);
  const lines = file(...numbers.map((pence) => placed(`o-${pence % 3}`, pence)));

  const { code, out } = await importing(lines, '--context', 'billing');

  assert.equal(code, 0);
  assert.match(out, /^billing: 6500 taken in, from ordering\n6500 lines of /);
  await app.settled();
  for (const rest of [0, 1, 2])
    assert.deepEqual(
      (await app.read(bills).get(`o-${rest}`))?.pence,
      numbers.filter((number) => number % 3 === rest),
    );
});

test('large messages are left in batches that are not larger, and one that is larger alone', async (t) => {
  const { import: importing, file, operations } = await running(t);
  const large = (id: string, characters: number) =>
    event({ id, data: { orderId: id, pence: 1, more: 'x'.repeat(characters) } });
  const lines = [1, 2, 3, 4, 5].map((number) => large(`o-${number}`, 400_000));

  const { code, out } = await importing(file(...lines, large('o-6', 1_040_000)));

  assert.equal(code, 0, out);
  assert.deepEqual(
    (await operations('billing')).map(({ count }) => count),
    [2, 2, 1, 1],
  );
});

test('with --context only one takes in, and what it does not listen to is counted and no failure', async (t) => {
  const { import: importing, file, takenIn } = await running(t);
  const sold = event({ type: 'till.Sold', source: 'till', data: { orderId: 'o-2', pence: 1 } });
  const praised = event({ type: 'ordering.OrderPraised', data: { orderId: 'o-3' } });

  const { code, out } = await importing(
    file(placed('o-1'), sold, praised),
    '--context',
    'shipping',
  );

  assert.equal(code, 0);
  assert.match(out, /^shipping: 1 taken in, from ordering$/m);
  assert.match(
    out,
    /^2 messages that nobody here listens to: till\.Sold 1, ordering\.OrderPraised 1$/m,
  );
  assert.deepEqual([await takenIn('billing'), await takenIn('shipping')], [[], ['o-1']]);
});

test('a dry run looks at the lines and leaves nothing, also where there is no log yet', async (t) => {
  const { store, folder } = await place(t);
  const lines = writeLines(folder, [placed('o-1'), '{']);

  const { code, out, err } = await askCommand(importCommand, { contexts, store }, [
    lines,
    '--dry-run',
  ]);

  assert.equal(code, 1);
  assert.match(out, /^billing: 1 message from ordering\nshipping: 1 message from ordering$/m);
  assert.match(out, /; nothing was left \(--dry-run\)\.$/m);
  assert.equal(err.split('\n').length, 2);
  assert.equal((await store.reader('billing')).epoch, '');
});

test('what nobody takes in is left without waiting for each batch, and is taken in at the next start', async (t) => {
  const { app, store, import: importing, file, takenIn } = await running(t);
  await app.stop();
  const ids = Array.from({ length: 7_000 }, (_, index) => `o-${index}`);
  const lines = file(...ids.map((id) => placed(id)));

  const { code, out } = await importing(lines, '--wait', '0', '--context', 'billing');

  assert.equal(code, 4);
  assert.match(out, /^billing: 0 taken in, 7000 left for whoever runs it next, from ordering$/m);
  assert.match(
    out,
    /^Nobody who runs the context has answered: it is taken in when somebody does/m,
  );
  const next = await start(t, contexts, { store });
  const again = await importing(lines, '--context', 'billing');
  assert.match(again.out, /^billing: 0 taken in, 7000 known already, from ordering$/m);
  await next.settled();
  assert.deepEqual(await takenIn('billing'), ids);
});

test('whoever starts to run while nobody answers is waited for again', async (t) => {
  const { app, store, folder, import: importing, takenIn } = await running(t);
  await app.stop();
  const ids = Array.from({ length: 8_000 }, (_, index) => `o-${index}`);
  const halves = [ids.slice(0, 5_000), ids.slice(5_000)].map((half) =>
    half.map((id) => placed(id)),
  );
  async function* typed() {
    yield halves[0]?.join('\n');
    await start(t, contexts, { store });
    yield `\n${halves[1]?.join('\n')}`;
  }
  const stdin = { input: () => Readable.from(typed(), { objectMode: false }), cwd: folder };

  const { code, out } = await importing('-', '--wait', '20', '--context', 'billing', stdin);

  assert.equal(code, 0, out);
  assert.match(out, /^billing: 8000 taken in, from ordering\n8000 lines of standard input read/m);
  assert.deepEqual(await takenIn('billing'), ids);
});

test('an interruption stops after what was left, and importing again goes on from there', async (t) => {
  const { store, import: importing, file, takenIn } = await running(t);
  const ids = Array.from({ length: 2_500 }, (_, index) => `o-${index}`);
  const sold = event({ id: 's', source: 'till', type: 'till.Sold' });
  const lines = file(sold, ...ids.map((id) => placed(id)));
  const interrupted = new AbortController();
  let left = 0;
  const leaveRequests: Store['leaveRequests'] = (...given) => {
    if ((left += 1) === 2) interrupted.abort();
    return store.leaveRequests(...given);
  };
  const config = { contexts, store: { ...store, leaveRequests } };
  const words = [lines, '--context', 'billing'];

  const first = await askCommand(importCommand, config, words, {
    untilInterrupted: (work) => work(interrupted.signal),
  });
  const inBetween = await takenIn('billing');
  const second = await importing(...words);

  assert.equal(first.code, 130);
  assert.deepEqual(first.out.split('\n').slice(0, 2), [
    'billing: 0 taken in, from till',
    'billing: 2000 taken in, from ordering',
  ]);
  assert.match(first.out, /^2001 lines of .* read in .*\.$/m);
  assert.match(first.out, /^Interrupted at line 2001\. Import .* again to go on from there: /m);
  assert.deepEqual(inBetween, ids.slice(0, 2_000));
  assert.equal(second.code, 0);
  assert.match(second.out, /^billing: 500 taken in, 2000 known already, from ordering$/m);
  const all = await takenIn('billing');
  assert.deepEqual(
    all.filter((id) => id !== 's'),
    ids,
  );
  assert.equal(all.length, ids.length + 1);
});

test('on a terminal it is shown how far it is, by the size of the file', async (t) => {
  const { import: importing, file } = await running(t);
  const lines = file(...Array.from({ length: 9_000 }, (_, index) => placed(`o-${index}`)));

  const { err } = await importing(lines, { terminal: { width: () => 100 } });

  assert.match(err, /\rimporting [█░]+ +\d+% {2}\d+\/1\d{3} kB {2}/);
  assert.ok(err.endsWith('\r\u001b[K'), 'the bar is left on the terminal');
});

test('what is parked is told, with where to see it, and is a failure', async (t) => {
  const { import: importing, file, store } = await running(t);
  const log = await store.reader('billing');
  const known = event({ id: 'same', source: 'till', type: 'till.Sold', data: sale('o-1') });
  await importing(file(known));
  await log.close();

  const { code, out } = await importing(file(event({ id: 'same' }), placed('o-2')));

  assert.equal(code, 1);
  assert.match(out, /^billing: 1 taken in, 1 PARKED at the border, from ordering$/m);
  assert.match(out, /^See what was parked, and why, with: thereupon parked list$/m);
});

test('what cannot be asked is refused with what to do, and nothing is left', async (t) => {
  const { folder, import: importing, file, store } = await running(t);
  const fresh = await place(t);
  const alone = { contexts: contexts.slice(0, 1), store };
  mkdirSync(join(folder, 'directory'));

  const [none, directory, unknown, noLog, nobody, noInput, why] = [
    await importing('nowhere.ndjson'),
    await importing(join(folder, 'directory')),
    await importing(file(placed('o-1')), '--context', 'bilding'),
    await askCommand(importCommand, { contexts, store: fresh.store }, [file(placed('o-1'))]),
    await askCommand(importCommand, alone, [file(placed('o-1'))]),
    await importing('-'),
    await importing(file(placed('o-1')), '--why', ''),
  ];

  assert.match(none.err, /nowhere\.ndjson cannot be read: ENOENT.*Name a file/);
  assert.match(directory.err, /directory cannot be read: it is a directory/);
  assert.match(unknown.err, /There is no context "bilding"/);
  assert.match(noLog.err, /There is no log of billing in .*start it once/);
  assert.match(nobody.err, /Of ordering none listens to another context/);
  assert.match(noInput.err, /Standard input cannot be read/);
  assert.match(why.err, /The option "why" is empty/);
  assert.deepEqual(
    [none, directory, unknown, noLog, nobody, noInput, why].map(({ code }) => code),
    [2, 2, 2, 3, 2, 2, 1],
  );
  const log = await store.reader('billing');
  assert.deepEqual(await log.waiting({ subscription: REQUESTS, limit: 1 }), []);
  await log.close();
});

test('an empty file is nothing to do', async (t) => {
  const { import: importing, file } = await running(t);

  const { code, out } = await importing(file());

  assert.equal(code, 0);
  assert.match(out, /^0 lines of .* read in /);
});

test('an application that runs in another process takes in what the program imports', async (t) => {
  const { store, folder } = await place(t);
  const application = await otherProcess(t, folder);
  const ids = Array.from({ length: 2_100 }, (_, index) => `o-${index}`);
  const lines = ids.map((id) => placed(id));

  const { code, out, err } = await program(folder, ['import', '-'], lines.join('\n'));

  assert.equal(code, 0, out + err);
  assert.match(
    out,
    /^billing: 2100 taken in, from ordering\nshipping: 2100 taken in, from ordering$/m,
  );
  assert.deepEqual(await recordsOf(store, 'shipping'), ids);
  application.stdin?.end();
  await once(application, 'exit');
});

test('the program waits as long as it is told to, and ends with 4 where nobody answers', async (t) => {
  const { app, folder, file } = await running(t);
  await app.stop();

  const words = ['import', file(placed('o-1')), '--wait', '1'];
  const { code, out, err } = await program(folder, words);

  assert.equal(code, 4, out + err);
  assert.match(out, /^billing: 0 taken in, 1 left for whoever runs it next, from ordering$/m);
});

function event(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    specversion: '1.0',
    id: 'x',
    source: '/ordering',
    type: 'ordering.OrderPlaced',
    schemaversion: '2',
    data: sale('x'),
    ...fields,
  });
}

function sale(orderId: string, pence = 100) {
  return { orderId, pence };
}

function placed(orderId: string, pence?: number): string {
  const id = pence === undefined ? orderId : `${orderId}-${pence}`;
  return event({ id, partitionkey: orderId, data: sale(orderId, pence) });
}

async function place(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-import-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { folder, store: sqlite(folder) };
}

let files = 0;

function writeLines(folder: string, lines: readonly string[]): string {
  const path = join(folder, `lines-${(files += 1)}.ndjson`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

/** An application on files, in this process. */
async function running(t: TestContext) {
  const { folder, store } = await place(t);
  const config = { contexts, store };
  const app = await start(t, contexts, { store });
  return {
    folder,
    store,
    app,
    file: (...lines: string[]) => writeLines(folder, lines),
    import: (...given: [...string[], Partial<CommandMeans>] | string[]) => {
      const last = given.at(-1);
      return typeof last === 'object'
        ? askCommand(importCommand, config, given.slice(0, -1) as string[], last)
        : askCommand(importCommand, config, given as string[]);
    },
    takenIn: (context: string) => recordsOf(store, context),
    operations: async (context: string) => {
      const log = await store.reader(context);
      const operations = (await log.operations(100)).toReversed();
      await log.close();
      return operations.map(
        ({ detail }) => (JSON.parse(detail) as { request: { count: number } }).request,
      );
    },
  };
}

/** The ids of what a context has taken in, in order. */
async function recordsOf(store: Store, context: string): Promise<readonly string[]> {
  const log = await store.reader(context);
  try {
    const records = await log.read({ after: 0, limit: 10_000, directions: ['incoming'] });
    return records.map(({ id }) => id);
  } finally {
    await log.close();
  }
}

function jsonOf({ out }: Ended) {
  return JSON.parse(out) as ImportResult & { badLines: readonly BadLine[]; isCut: boolean };
}

async function otherProcess(t: TestContext, where: string): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'fixtures', 'importing-application.ts');
  const child = spawn(process.execPath, ['-C', 'thereupon-source', program, where], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

/** Runs the command line as a program. */
async function program(folder: string, words: readonly string[], input = ''): Promise<Ended> {
  const config = join(import.meta.dirname, 'fixtures', 'importing.config.ts');
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(
    process.execPath,
    ['-C', 'thereupon-source', main, '--config', config, ...words],
    { env: { ...process.env, THEREUPON_TEST_DATA: folder } },
  );
  child.stdin.end(input);
  const written = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'exit')) as [number];
  const [out, err] = await written;
  return { code, out, err };
}
