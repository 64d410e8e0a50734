import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CloudEvent } from 'cloudevents';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { committed, fact, incoming, outgoing } from '../conformance/log/samples.ts';
import type { NewRecord } from '../log/record.ts';
import { commandLine } from './command-line.ts';
import type { Exported } from './export-events.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-export-'));
const config = join(import.meta.dirname, 'fixtures', 'published.config.ts');
process.env['THEREUPON_TEST_DATA'] = join(folder, 'data');
after(() => rmSync(folder, { recursive: true }));

const MAY = Date.parse('2026-05-01T12:00:00.000Z');
const DAY = 86_400_000;

before(() =>
  fill(join(folder, 'data'), {
    ordering: [
      outgoing(message('m-1', { schemaVersion: 1, data: data({ customer: 'Ada' }) })),
      fact('order/o-1', 1, { id: 'f-1', data: data({ name: 'Ada' }), recordedAt: MAY }),
      outgoing(message('m-2', { recordedAt: MAY + DAY, metadata: '{"user":"Ada"}' })),
      outgoing(message('m-3', { type: 'ordering.Forgotten', recordedAt: MAY + 2 * DAY })),
      outgoing(message('m-4', { schemaVersion: 3, recordedAt: MAY + 2 * DAY })),
    ],
    billing: [incoming('ordering', 'm-1', { type: 'ordering.OrderPlaced', recordedAt: MAY })],
  }),
);

test('what the contexts have published is written as CloudEvents, in the order of positions', async () => {
  const { code, out, err } = await thereupon('export');

  const events = eventsIn(out);
  for (const event of events) assert.equal(new CloudEvent(event).validate(), true);
  assert.deepEqual(idsOf(out), ['m-1', 'm-2', 'm-3', 'm-4']);
  const { source, type, partitionkey, schemaversion, data: whole } = events[0] as Event;
  assert.deepEqual(
    [source, type, partitionkey, schemaversion, whole],
    ['/ordering', 'ordering.OrderPlaced', 'o-1', '1', { orderId: 'o-1', customer: 'Ada' }],
  );
  assert.equal(code, 0);
  assert.deepEqual(err.replace(/\d+ ms/, '0 ms').split('\n'), [
    'ordering: 4 events, up to position 5',
    'billing: 0 events, up to position 0',
    '4 events exported in 0 ms.',
    '',
  ]);
});

test('with --all every record of the logs is written, and says where it stood', async () => {
  const { out } = await thereupon('export', '--all');

  const places = eventsIn(out).map((event) => [event['context'], event['direction'], event.id]);
  assert.deepEqual(places, [
    ['ordering', 'outgoing', 'm-1'],
    ['ordering', 'domain', 'f-1'],
    ['ordering', 'outgoing', 'm-2'],
    ['ordering', 'outgoing', 'm-3'],
    ['ordering', 'outgoing', 'm-4'],
    ['billing', 'incoming', eventsIn(out)[5]?.id],
  ]);
});

test('a part is written: some types, after a position, up to one or to a time, so many', async () => {
  const of = ['export', '--context', 'ordering'];
  const parts = await Promise.all([
    thereupon('export', '--type', 'ordering.OrderPlaced', 'ordering.Forgotten'),
    thereupon('export', '--type', 'ordering.Forgotten'),
    thereupon(...of, '--after', '1'),
    thereupon(...of, '--after', '1', '--until', '3'),
    thereupon('export', '--until', '2026-05-03T12:00:00.000Z'),
    thereupon('export', '--limit', '2'),
    thereupon('export', '--limit', '0'),
    thereupon(...of, '--after', '99'),
  ]);

  assert.deepEqual(
    parts.map(({ out }) => idsOf(out).join(' ')),
    ['m-1 m-2 m-3 m-4', 'm-3', 'm-2 m-3 m-4', 'm-2', 'm-1 m-2', 'm-1 m-2', '', ''],
  );
  assert.match(parts[5]?.err ?? '', /as many as --limit lets through/);
});

test('what is personal is masked on demand, also in older versions; what is not known is left out', async () => {
  const { out, err } = await thereupon('export', '--all', '--mask-personal', '--json');

  const events = eventsIn(out);
  assert.deepEqual(
    events.map((event) => [event.id, event['schemaversion'], event.data]),
    [
      ['m-1', '2', { orderId: 'o-1', name: '[personal]' }],
      ['f-1', '1', { orderId: 'o-1', name: '[personal]' }],
      ['m-2', '2', { orderId: 'o-1', name: '[personal]' }],
    ],
  );
  assert.ok(!out.includes('Ada'), 'something personal is left');
  const { contexts } = JSON.parse(err) as Exported;
  assert.deepEqual(
    contexts.map(({ context, count, leftOut, types }) => ({ context, count, leftOut, types })),
    [
      {
        context: 'ordering',
        count: 3,
        leftOut: 2,
        types: { OrderPlaced: 1, 'ordering.OrderPlaced': 2 },
      },
      { context: 'billing', count: 0, leftOut: 1, types: {} },
    ],
  );
});

test('a file appears once it is whole, and one that is there is replaced only when told so', async () => {
  const file = join(folder, 'published.ndjson');

  const first = await thereupon('export', '--out', file);
  const whole = readFileSync(file, 'utf8');
  const refused = await thereupon('export', '--out', file, '--limit', '1');
  const afterwards = readFileSync(file, 'utf8');
  const forced = await thereupon('export', '--out', file, '--limit', '1', '--force');

  assert.deepEqual([first.code, refused.code, forced.code], [0, 2, 0]);
  assert.deepEqual([first.out, idsOf(whole).length], ['', 4]);
  assert.match(first.err, /4 events exported to .*published\.ndjson in /);
  assert.match(refused.err, /There is a .*published\.ndjson already\..*--force/);
  assert.equal(afterwards, whole);
  assert.deepEqual(idsOf(readFileSync(file, 'utf8')), ['m-1']);
  assert.deepEqual(partialFiles(), []);
});

test('of an export that fails on the way, nothing is left behind', async () => {
  const broken = join(folder, 'broken');
  await fill(broken, { ordering: [outgoing()] });
  writeFileSync(join(broken, 'billing.sqlite'), 'no database at all'.repeat(1_000));
  const file = join(folder, 'broken.ndjson');

  const { code, err } = await program(['export', '--out', file], broken);

  assert.equal(code, 1);
  assert.match(err, /^LogCorruptError: /);
  assert.deepEqual(
    [...partialFiles(), ...readdirSync(folder).filter((it) => it === 'broken.ndjson')],
    [],
  );
});

test('what is asked wrongly is said so, and nothing is written', async () => {
  const file = join(folder, 'never.ndjson');
  const asked = await Promise.all([
    thereupon('export', '--after', '3', '--out', file),
    thereupon('export', '--until', '3'),
    thereupon('export', '--until', 'yesterday'),
    thereupon('export', '--context', 'sales\n', '--out', file),
    thereupon('export', '--out', join(folder, 'nowhere', 'x.ndjson')),
    thereupon('export', '--out', folder, '--force'),
    thereupon('export', '--type', 'ordering.OrderPlcaed', '--out', file),
  ]);

  assert.deepEqual(
    asked.map(({ code }) => code),
    [2, 2, 2, 2, 2, 2, 3],
  );
  const said = [
    /whose they are with --context/,
    /whose they are with --context/,
    /a position, or a time such as/,
    /no context "sales\\n"/,
    /no directory .*nowhere/,
    /is there and is no file/,
    /"ordering\.OrderPlcaed".*The contracts are: ordering\.OrderPlaced;.*--all/,
  ];
  for (const [index, { err }] of asked.entries()) assert.match(err, said[index] ?? /never/);
  assert.ok(asked.every(({ out }) => out === ''));
  assert.deepEqual(
    [...partialFiles(), ...readdirSync(folder).filter((it) => it === 'never.ndjson')],
    [],
  );
});

test('where no log is, no export is taken for a whole one', async () => {
  const nothing = join(folder, 'nothing');
  mkdirSync(nothing);

  const { code, out, err } = await program(['export'], nothing);

  assert.deepEqual([code, out], [3, '']);
  assert.match(err, /^There is no log of ordering, billing in sqlite/);
});

test('a reader that has seen enough ends it, and is no failure', async () => {
  const child = start(['export'], await long());

  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [err] = await Promise.all([text(child.stderr), once(child, 'close')]);

  assert.equal(child.exitCode, 0);
  assert.match(err, /Whoever read it has stopped before the end\.\n$/);
});

test('where it cannot be written, it fails, and says so in one line', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('there is no /dev/full');
  const full = openSync('/dev/full', 'w');
  const child = start(['export'], join(folder, 'data'), full);

  const [err] = await Promise.all([text(child.stderr), once(child, 'close')]);
  closeSync(full);

  assert.equal(child.exitCode, 1);
  assert.match(err, /^Standard output cannot be written to: ENOSPC.*\n$/);
});

test('Ctrl-C ends it with the summary, however slow the reader is', async () => {
  const child = start(['export'], await long());
  const ended = once(child, 'close');

  await once(child.stdout, 'readable');
  child.kill('SIGINT');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;

  assert.equal(child.exitCode, 130);
  assert.match(err, /Interrupted before the end\.\n$/);
  assert.ok(out.endsWith('\n') && idsOf(out).length < LONG, 'it ended within an event, or went on');
});

const LONG = 5_000;

/** A log that no pipe holds. */
async function long(): Promise<string> {
  const directory = mkdtempSync(join(folder, 'long-'));
  const records = Array.from({ length: LONG }, () => outgoing({ data: `"${'x'.repeat(1_000)}"` }));
  await fill(directory, { ordering: records });
  return directory;
}

async function fill(
  directory: string,
  records: Readonly<Record<string, readonly NewRecord[]>>,
): Promise<void> {
  for (const [context, appended] of Object.entries(records)) {
    const log = await sqlite(directory).open(context);
    await committed(log, { records: appended });
    await log.close();
  }
}

function message(id: string, rest: Partial<NewRecord>): Partial<NewRecord> {
  return {
    id,
    key: 'o-1',
    schemaVersion: 2,
    data: data({ name: 'Ada' }),
    recordedAt: MAY,
    ...rest,
  };
}

function data(rest: object): string {
  return JSON.stringify({ orderId: 'o-1', ...rest });
}

type Event = Readonly<Record<string, unknown>> & { readonly id: string };

function eventsIn(out: string): Event[] {
  assert.ok(out === '' || out.endsWith('\n'));
  const lines = out.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Event);
}

function idsOf(out: string): string[] {
  return eventsIn(out).map(({ id }) => id);
}

function partialFiles(): string[] {
  return readdirSync(folder).filter((name) => name.includes('partial'));
}

async function thereupon(...words: string[]) {
  const written = { out: '', err: '' };
  const code = await commandLine(['--config', config, ...words], {
    cwd: folder,
    width: undefined,
    out: (piece) => (written.out += piece),
    err: (piece) => (written.err += piece),
  });
  return { code, ...written };
}

/** The program itself, on other data. */
async function program(words: readonly string[], directory: string) {
  const child = start(words, directory);
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, out, err };
}

function start(words: readonly string[], directory: string, stdout: number | 'pipe' = 'pipe') {
  const main = join(import.meta.dirname, 'main.ts');
  const node = ['--conditions=thereupon-source', '--disable-warning=ExperimentalWarning'];
  return spawn(process.execPath, [...node, main, '--config', config, ...words], {
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, THEREUPON_TEST_DATA: directory },
  }) as ChildProcessByStdio<null, Readable, Readable>;
}
