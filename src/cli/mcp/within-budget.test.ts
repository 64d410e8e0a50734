import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonText } from '../../telemetry/safe-text.ts';
import { withinBudget } from './within-budget.ts';

test('whatever it is, it is never longer than it may be, and it is as it was when it fits', () => {
  const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' });
  const many = fc.oneof(json, fc.array(json, { maxLength: 60 }), fc.dictionary(fc.string(), json));

  fc.assert(
    fc.property(many, fc.integer({ min: 60, max: 2_000 }), (value, charactersMax) => {
      const { value: fitted, cut } = withinBudget(value, charactersMax);

      assert.ok(jsonText(fitted).length <= charactersMax, jsonText(fitted));
      // JSON knows no -0.
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      if (cut.length === 0) assert.deepEqual(fitted, plain);
      else assert.ok(jsonText(plain).length > charactersMax / 2, cut.join('; '));
    }),
    { numRuns: 1_000 },
  );
});

test('small fields stay as they are, long texts are cut, and lists lose their end', () => {
  const groups = [
    { error: 'NoRoomError', message: 'x'.repeat(3_000), parked: ids(500) },
    { error: 'OtherError', message: 'short', parked: ids(2) },
  ];

  const { value, cut } = withinBudget({ groups, isCut: false }, 2_000);

  const [first, second] = (value as { groups: typeof groups }).groups;
  assert.deepEqual(second, groups[1]);
  assert.equal(first?.error, 'NoRoomError');
  assert.match(first?.message ?? '', /^x{100,}…$/);
  const kept = first?.parked.length ?? 0;
  assert.deepEqual(first?.parked, ids(kept));
  assert.ok(kept > 20);
  assert.equal((value as { isCut: boolean }).isCut, false);
  assert.equal(cut.length, 2);
  assert.match(cut[0] ?? '', /^groups\[0\]\.message: the first \d+ of 3,000 characters$/);
  assert.equal(cut[1], `groups[0].parked: the first ${kept} of 500`);
});

test('of a long list the first ones are whole, but for one that is large', () => {
  const records = Array.from({ length: 100 }, (_, index) => ({
    id: index,
    data: 'd'.repeat(index === 3 ? 50_000 : 100),
  }));

  const { value, cut } = withinBudget({ records }, 5_000);

  const kept = (value as { records: typeof records }).records;
  assert.ok(kept.length > 30);
  assert.deepEqual(kept[4], records[4]);
  assert.match(kept[3]?.data ?? '', /^d{800,1000}…$/);
  assert.equal(cut[0], `records: the first ${kept.length} of 100`);
});

test('what an item is known by is there whole, or the item is not there', () => {
  const record = (id: number): Node => ({
    id: `01a227c0-08a3-7000-b762-2c1b44cf${1_000 + id}`,
    type: 'OrderPlaced',
    data: { lines: Array.from({ length: 60 }, (_, line) => ({ productId: `p-${line}` })) },
    caused: id === 0 ? [] : [record(id - 1), record(id - 2 < 0 ? 0 : id - 2)],
  });
  interface Node {
    readonly id: string;
    readonly type: string;
    readonly data: unknown;
    readonly caused: readonly Node[];
  }

  for (let charactersMax = 300; charactersMax < 9_000; charactersMax += 77) {
    const { value } = withinBudget({ records: [record(6)] }, charactersMax);
    const seen = (value as { records: readonly Node[] }).records;
    const all = (nodes: readonly Node[]): readonly Node[] =>
      typeof nodes === 'string' ? [] : nodes.flatMap((node) => [node, ...all(node.caused)]);
    assert.ok(all(seen).length > 0);
    for (const { id, type } of all(seen)) {
      assert.match(id, /^01a227c0-08a3-7000-b762-2c1b44cf\d{4}$/);
      assert.equal(type, 'OrderPlaced');
    }
  }
});

test('what is cut on top is told of first', () => {
  const records = Array.from({ length: 40 }, (_, id) => ({ id, data: 'x'.repeat(3_000) }));

  const { cut } = withinBudget({ records }, 15_000);

  assert.match(cut[0] ?? '', /^records: the first \d+ of 40$/);
});

test('a deep tree is cut where its room ends, and one that is deeper than anybody reads, too', () => {
  const tree = (depth: number): unknown =>
    depth === 0 ? [] : [{ type: 'OrderPlaced', caused: tree(depth - 1) }];

  const { value, cut } = withinBudget({ caused: tree(60) }, 1_000);
  const deep = withinBudget(tree(900), 10_000_000);

  assert.ok(jsonText(value).split('OrderPlaced').length > 20);
  assert.match(cut[0] ?? '', /^(\[?caused[.\]]?)/);
  assert.equal(deep.cut.length, 1);
  assert.ok(jsonText(deep.value).split('OrderPlaced').length < 60);
});

test('hostile names do not break what is said of the cuts, and not all of many are told of', () => {
  const hostile = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`\u001b[31m\n${index}`, 'x'.repeat(1_000)]),
  );

  const { cut } = withinBudget(hostile, 5_000);

  assert.equal(cut.length, 11);
  assert.equal(cut.at(-1), 'and 20 more');
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  for (const each of cut) assert.doesNotMatch(each, /[\u0000-\u001f]/);
});

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `r-${index}`);
}
