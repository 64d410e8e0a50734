import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Command } from 'commander';
import { text } from 'node:stream/consumers';
import { commandLine, program } from './command-line.ts';
import type { ParkedGroup } from '../inspection/parked-groups.ts';
import type { ActionTrace } from '../inspection/action-trace.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-cli-'));
const fixtures = join(import.meta.dirname, 'fixtures');
process.env['THEREUPON_TEST_DATA'] = join(folder, 'data');
let application: ChildProcess | undefined;
let known: { recordId: string; correlationId: string; worthlessId: string };

// All of it is asked while the application runs, a process of its own.
before(async () => {
  application = spawn(process.execPath, sources(join(fixtures, 'application.ts')), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(application.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  known = JSON.parse(line.toString()) as typeof known;
});
after(async () => {
  if (application !== undefined && application.exitCode === null) {
    application.stdin?.end();
    await once(application, 'exit');
  }
  rmSync(folder, { recursive: true });
});

test('an action is shown as a tree over all contexts, by whatever id of it is known', async () => {
  const ids = [known.recordId, known.correlationId, 'place-1', 'order/o-1', 'o-1'];
  const [first, ...others] = await Promise.all(ids.map((id) => thereupon('trace', id)));
  const program = await started(['trace', 'place-1'], fixtures);

  assert.deepEqual(
    first?.out
      .replaceAll(/\+\d+ ms/g, '+0 ms')
      .split('\n')
      .slice(1),
    [
      'caused by place-1',
      '└─ ordering: OrderPlaced  order/o-1 v1  +0 ms  {"orderId":"o-1","name":"[personal]","pence":1530}',
      '   └─ ordering: published ordering.OrderPlaced  +0 ms  {"orderId":"o-1","name":"[personal]","pence":1530}',
      '      └─ billing: took in ordering.OrderPlaced  +0 ms',
      '         └─ billing: PaymentBecameDue  payment/o-1 v1  +0 ms  {"orderId":"o-1","pence":1530}',
      '',
    ],
  );
  assert.match(first.out, /^action .* · 4 records in ordering, billing · .* · all done\n/);
  assert.equal(first.code, 0);
  for (const other of [...others, program]) assert.deepEqual(other, first);
});

test('what a transaction of own tables published is found by its command id', async () => {
  const { out } = await thereupon('trace', 'price-1');

  assert.match(out, /caused by price-1\n└─ catalogue: published catalogue\.PriceChanged /);
});

test('a command that changed nothing is told from one that is not known', async () => {
  const repeated = await thereupon('trace', 'place-1-again');
  const unknown = await thereupon('trace', 'place-9');

  assert.equal(repeated.out, 'Command "place-1-again" was handled and changed nothing.\n');
  assert.equal(repeated.code, 0);
  assert.equal(unknown.code, 3);
  assert.equal(unknown.out, '');
  assert.match(unknown.err, /^Nothing is known of "place-9" in ordering, billing, catalogue \(/);
});

test('what was parked stands in the tree under the record it could not handle', async () => {
  const asText = await thereupon('trace', known.worthlessId);
  const { out } = await thereupon('trace', known.worthlessId, '--json');

  assert.match(asText.out, /^action .* · 1 not done\n/);
  const { actions } = JSON.parse(out) as { actions: [ActionTrace] };
  const takenIn = actions[0].causes[0]?.caused[0]?.caused[0]?.caused[0];
  assert.equal(takenIn?.direction, 'incoming');
  const [parked] = takenIn?.waiting ?? [];
  assert.partialDeepStrictEqual(parked, {
    context: 'billing',
    subscription: 'ask for payment',
    recordId: takenIn?.id,
    kind: 'parked',
    attempts: 1,
    error: 'Order o-2 is worth nothing. Ask whether it was meant.',
    due: null,
    timer: null,
  });
});

test('parked records are listed by error, with how many are held behind them', async () => {
  const asText = await thereupon('parked', 'list');
  const asJson = await thereupon('parked', 'list', '--json');
  const elsewhere = await thereupon('parked', 'list', '--context', 'ordering');

  assert.match(asText.out, /^1 parked, 1 held behind them\n/);
  assert.match(asText.out, /billing · "ask for payment" · WorthNothingError \(worth-nothing\)/);
  const { groups } = JSON.parse(asJson.out) as { groups: [ParkedGroup] };
  assert.equal(groups.length, 1);
  assert.equal(groups[0].errorCode, 'worth-nothing');
  assert.equal(groups[0].heldBehind, 1);
  assert.deepEqual(
    groups[0].parked.map(({ key, heldBehind }) => [key, heldBehind]),
    [['one after the other', 1]],
  );
  assert.equal(elsewhere.out, 'Nothing is parked.\n');
});

test('a parked record is shown in full, with its error, and what is held behind it', async () => {
  const listed = await thereupon('parked', 'list', '--json');
  const { groups } = JSON.parse(listed.out) as { groups: [ParkedGroup] };
  const id = groups[0].parked[0]?.recordId ?? '';

  const asText = await thereupon('parked', 'show', id);

  assert.match(asText.out, /^billing · "ask for payment" · key "one after the other"\n/);
  assert.match(
    asText.out,
    /\nWorthNothingError \(worth-nothing\): Order o-2 .*\n +at .*config\.ts/,
  );
  assert.match(asText.out, /ordering\.OrderPlaced, incoming at position \d+ from ordering\n/);
  assert.match(asText.out, /"name": "\[personal\]"/);
  assert.match(asText.out, /\n1 held behind it:\n {2}ordering\.OrderPlaced {2}record /);
  assert.ok(asText.out.includes(`  thereupon trace ${id}\n`));
});

test('a stream is shown with versions, times and data, what is personal masked', async () => {
  const asText = await thereupon('stream', 'order/o-1');
  const asJson = await thereupon('stream', 'order/o-1', '--json', '--context', 'ordering');

  assert.match(
    asText.out,
    /^order\/o-1 in ordering · version 1\n {3}1 {2}2026-05-01T10:00:00\.000Z/,
  );
  assert.match(asText.out, /"name":"\[personal\]"/);
  const { version, records } = JSON.parse(asJson.out) as { version: number; records: unknown[] };
  assert.equal(version, 1);
  assert.equal(records.length, 1);
  assert.ok(!asText.out.includes('Ada') && !asJson.out.includes('Ada'));
});

test('names with quotes, emoji and newlines are printed on one line, and move no cursor', async () => {
  const id = 'order/say "hi"\n🎁\u001b[31m';

  const shown = await thereupon('stream', id);
  const traced = await thereupon('trace', 'quo"ted\ncommand');

  assert.equal(
    shown.out.split('\n')[0],
    String.raw`"order/say \"hi\"\n🎁\u001b[31m" in ordering · version 1`,
  );
  assert.equal(traced.out.split('\n')[1], String.raw`caused by "quo\"ted\ncommand"`);
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  assert.doesNotMatch(`${shown.out}${traced.out}`, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('what is asked wrongly ends with 2 and says what to do', async () => {
  const [unknown, missing, context, number, id] = await Promise.all([
    thereupon('tracing', 'x'),
    thereupon('--config', 'nowhere.ts', 'parked', 'list'),
    thereupon('stream', 'order/o-1', '--context', 'sales'),
    thereupon('stream', 'order/o-1', '--limit', 'ten'),
    thereupon('stream', 'o-1'),
  ]);

  assert.deepEqual(
    [unknown, missing, context, number, id].map((each) => each?.code),
    [2, 2, 2, 2, 3],
  );
  assert.match(unknown?.err ?? '', /unknown command 'tracing'.*thereupon --help/s);
  assert.match(missing?.err ?? '', /There is no .*nowhere\.ts\. Give --config another file/);
  assert.match(
    context?.err ?? '',
    /no context "sales"\. Take one of: ordering, billing, catalogue/,
  );
  assert.match(number?.err ?? '', /--limit.*whole number/);
  assert.match(id?.err ?? '', /AGGREGATE\/ID.*: order, payment\./);
});

test('a configuration that is missing, broken or incomplete is said to be so', async () => {
  const broken = join(folder, 'broken.mjs');
  const refused = join(folder, 'refused.mjs');
  const incomplete = join(folder, 'incomplete.mjs');
  writeFileSync(broken, "throw new Error('the sea is rough');");
  writeFileSync(
    refused,
    "throw Object.assign(new Error('STORE takes a URL'), { code: 'option', retryable: false });",
  );
  writeFileSync(incomplete, 'export const contexts = [];');

  const [none, first, second, third] = await Promise.all([
    asked(['parked', 'list'], folder),
    thereupon('--config', broken, 'parked', 'list'),
    thereupon('--config', incomplete, 'parked', 'list'),
    thereupon('--config', refused, 'parked', 'list'),
  ]);

  assert.match(none?.err ?? '', /no thereupon\.config\.ts in .* or above.*--config/s);
  assert.match(
    first?.err ?? '',
    /broken\.mjs cannot be loaded\. Mend it:\nError: the sea is rough/,
  );
  assert.match(second?.err ?? '', /incomplete\.mjs does not export "store"/);
  assert.match(third?.err ?? '', /refused\.mjs cannot be loaded\. Mend it:\nSTORE takes a URL\n$/);
  assert.deepEqual([none?.code, first?.code, second?.code, third?.code], [2, 2, 2, 2]);
});

test('a log that cannot be read ends with 1, and says what to do', async () => {
  const data = mkdtempSync(join(folder, 'corrupt-'));
  writeFileSync(join(data, 'ordering.sqlite'), 'no database at all'.repeat(1_000));

  const ended = await started(['parked', 'list'], fixtures, { THEREUPON_TEST_DATA: data });

  assert.equal(ended.code, 1);
  assert.match(ended.err, /^LogCorruptError: /);
  assert.doesNotMatch(ended.err, /\n\s+at /);
});

test('where no log is, nothing is said to be well', async () => {
  const data = mkdtempSync(join(folder, 'nothing-'));

  const ended = await started(['parked', 'list'], fixtures, { THEREUPON_TEST_DATA: data });

  assert.equal(ended.code, 3);
  assert.match(
    ended.err,
    /^There is no log of ordering, billing, catalogue in sqlite .*right place\?/,
  );
  assert.equal(ended.out, '');
});

test('every command has help with an example', async () => {
  for (const words of [[], ...everyCommand()]) {
    const help = await thereupon(...words, '--help');

    assert.equal(help.code, 0);
    // An assistant starts mcp by its configuration.
    const example = words[0] === 'mcp' ? /\nExample, / : /Examples?:\n {2}\$ (npx )?thereupon /;
    assert.match(help.out, example, words.join(' '));
  }
});

test('every command tells its result as JSON, but for those that go on until they are ended', () => {
  const without = everyCommand((command) => !command.options.some(({ long }) => long === '--json'));

  assert.deepEqual(
    without.map((words) => words.join(' ')),
    ['dev', 'console', 'mcp'],
  );
});

/** The words of each command that does something itself. */
function everyCommand(isAsked: (command: Command) => boolean = () => true): string[][] {
  const surroundings = { cwd: '/', width: undefined, out: () => undefined, err: () => undefined };
  const below = (command: Command, words: string[]): string[][] => [
    ...(words.length > 0 && !isGroup(command) && isAsked(command) ? [words] : []),
    ...command.commands.flatMap((each) => below(each, [...words, each.name()])),
  ];
  return below(
    program(surroundings, () => undefined),
    [],
  );
}

/** It has commands and does nothing itself. */
function isGroup(command: Command): boolean {
  return command.commands.length > 0 && command.options.length === 0;
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function thereupon(...words: string[]): Promise<Ended> {
  return asked(words, fixtures);
}

async function asked(words: readonly string[], cwd: string): Promise<Ended> {
  const written = { out: '', err: '' };
  const code = await commandLine(words, {
    cwd,
    width: undefined,
    out: (piece) => (written.out += piece),
    err: (piece) => (written.err += piece),
  });
  return { code, ...written };
}

/** The program itself. */
async function started(words: readonly string[], cwd: string, extra = {}): Promise<Ended> {
  const main = join(import.meta.dirname, 'main.ts');
  const env = { ...process.env, ...extra };
  const child = spawn(process.execPath, [...sources(main), ...words], { cwd, env });
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: child.exitCode ?? -1, out, err };
}

/** The sources as they are, without the warnings of an older Node about what it calls new. */
function sources(file: string): string[] {
  return ['--conditions=thereupon-source', '--disable-warning=ExperimentalWarning', file];
}
