import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { AnyContract } from '../contract/contract.ts';
import { assertSeenFlows, contexts as seenContexts } from '../inspection/fixtures/seen-flows.ts';
import { whenever } from '../reaction/whenever.ts';
import { commandLine } from './command-line.ts';
import { HOSTILE_NAMES, hostileContexts } from './fixtures/hostile-names.ts';
import { flows } from './flows.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-flows-'));
const fixtures = join(import.meta.dirname, 'fixtures');
const data = join(folder, 'data');
process.env['THEREUPON_TEST_DATA'] = data;
after(() => rmSync(folder, { recursive: true }));

test('the map says who publishes what, to whom, and what nobody listens to', async () => {
  const { out, code } = await thereupon('flows');

  assert.equal(code, 0);
  assert.equal(
    out,
    [
      '3 contexts, 2 contracts',
      '',
      'ordering',
      '  OrderPlaced v1  → billing',
      '',
      'billing',
      '  publishes nothing',
      '',
      'catalogue',
      '  PriceChanged v1  → nobody listens',
      '',
      'Look into one of them with: thereupon flows --context NAME',
      '',
    ].join('\n'),
  );
});

test('inside of a context it is a tree from each thing that happens to whatever is told', async () => {
  const ordering = await thereupon('flows', '--context', 'ordering');
  const billing = await thereupon('flows', '--context', 'billing');
  const catalogue = await thereupon('flows', '--context', 'catalogue');

  assert.equal(
    ordering.out,
    'ordering: 1 aggregate\n\naggregate order\n└─ OrderPlaced\n' +
      '   └─ publishes ordering.OrderPlaced v1 → billing\n',
  );
  assert.equal(
    billing.out,
    'billing: 1 aggregate, 1 reaction\n\naggregate payment\n\n' +
      'ordering.OrderPlaced v1 from ordering\n└─ reaction "ask for payment"\n',
  );
  assert.match(
    catalogue.out,
    /handlers and transactions\n└─ publishes catalogue\.PriceChanged v1\n/,
  );
});

test('as JSON it is the graph itself', async () => {
  const { out } = await thereupon('flows', '--json', '--context', 'billing');

  const graph = JSON.parse(out) as { context: string; nodes: { id: string }[]; edges: unknown[] };
  assert.equal(graph.context, 'billing');
  assert.deepEqual(
    graph.nodes.map(({ id }) => id),
    [
      'aggregate:payment',
      'reaction:ask for payment',
      'contract:ordering.OrderPlaced',
      'context:ordering',
    ],
  );
  assert.equal(graph.edges.length, 2);
});

test('without a log it is shown all the same, and only compared with one when that is asked', async () => {
  const seen = await thereupon('flows', '--seen');

  assert.equal(seen.code, 3);
  assert.match(seen.err, /^There is no log of ordering, billing, catalogue in sqlite /);
});

test('compared with the logs, counts stand beside it, and what is missing below it', async () => {
  const store = memory();
  await assertSeenFlows(store);
  const config = { contexts: seenContexts, store };

  const map = await flows(config, { seen: 1_000 }, form);
  const inside = await flows(config, { seen: 1_000, context: 'ordering' }, form);
  const newest = await flows(config, { seen: 2 }, form);

  assert.match(map, /\n {2}OrderPlaced v1 {2}1 {2}→ nobody listens\n {2}Never v1 {8}0 {2}→ nobody/);
  assert.match(
    map,
    new RegExp(
      'Looked through all 9 records\\.\n' +
        'Declared, and not seen:\n' +
        '  ordering\\.Never: not published by ordering\n' +
        '  bank\\.Never: not taken in by ordering\n' +
        'Seen, and not declared:\n' +
        '  FormerHappened of former: 1 domain record in ordering\n',
    ),
  );
  assert.match(inside, /bank\.MoneyMoved v1 from bank {2}1 seen\n/);
  assert.match(inside, /timer PaymentOverdue of "payment deadline" {2}1 seen\n/);
  assert.match(newest, /Looked through the newest 2 records; there are older ones in ordering\.\n/);
});

test('a picture is written to a file, and to standard output without one', async () => {
  const file = join(folder, 'map.svg');

  const written = await thereupon('flows', '--svg', '--out', file);
  const printed = await thereupon('flows', '--svg');
  const nowhere = await thereupon('flows', '--mermaid', '--out', join(folder, 'no', 'map.svg'));

  assert.deepEqual(written, { code: 0, out: '', err: '' });
  assert.equal(readFileSync(file, 'utf8'), printed.out);
  assert.match(printed.out, /^<svg /);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.err, /cannot be written: ENOENT.*--out/);
});

test('its help has an example', async () => {
  const { out, code } = await thereupon('flows', '--help');

  assert.equal(code, 0);
  assert.match(out, /Example:\n {2}\$ thereupon flows /);
});

test('what cannot be asked together, or at all, is said', async () => {
  const [both, pictured, unknown, count] = await Promise.all([
    thereupon('flows', '--svg', '--mermaid'),
    thereupon('flows', '--mermaid', '--seen'),
    thereupon('flows', '--context', 'sales'),
    thereupon('flows', '--seen', 'all'),
  ]);

  for (const { code, out } of [both, pictured, unknown, count])
    assert.deepEqual([code, out], [2, '']);
  assert.match(both.err, /'--mermaid' cannot be used with option '--svg'|'--svg' cannot be used/);
  assert.match(unknown.err, /no context "sales"\. Take one of: ordering, billing, catalogue/);
  assert.match(count.err, /--seen.*whole number/);
});

test('what does not fit on a line goes on below it, and no line is wider than the terminal', async () => {
  const [told] = hostileContexts()[0]?.publishes ?? [];
  const names = 'a b c d e f g h i j k l'.split(' ').map((letter) => `${letter}-listens`);
  const contexts = [
    boundedContext('news', { publishes: [told as AnyContract] }),
    ...names.map((name) =>
      boundedContext(name, { reactions: [whenever('hear', told as AnyContract, () => {})] }),
    ),
  ];

  const text = await flows({ contexts, store: memory() }, {}, form);

  const lines = text.split('\n');
  assert.ok(lines.every(({ length }) => length <= 80));
  // As who listens, and as a context of its own.
  for (const name of names) assert.equal(text.split(name).length, 3);
});

test('names from anywhere move no cursor and break no line, whatever the form', async () => {
  const config = { contexts: hostileContexts(), store: memory() };
  for (const asked of [{}, { json: true }, { mermaid: true }, { svg: true }] as const) {
    for (const context of [undefined, ...HOSTILE_NAMES]) {
      const text = await flows(
        config,
        { ...asked, ...(context !== undefined && { context }) },
        form,
      );
      assert.doesNotMatch(text, /(?![\n\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }
  }
});

const form = { lineWidth: 80, paint: (_style: string, text: string) => text };

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function thereupon(...words: string[]): Promise<Ended> {
  const written = { out: '', err: '' };
  const code = await commandLine(words, {
    cwd: fixtures,
    width: undefined,
    out: (piece) => (written.out += piece),
    err: (piece) => (written.err += piece),
  });
  return { code, ...written };
}
