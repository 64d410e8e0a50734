import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CsvRecords, EndlessLineError, lineCharactersMax } from './csv-records.ts';

function recordsOf(...pieces: readonly string[]) {
  const records: [number, ...string[]][] = [];
  const bad: [number, string][] = [];
  const reader = new CsvRecords({
    onRecord: (lineNumber, fields) => records.push([lineNumber, ...fields]),
    onBadRecord: (lineNumber, reason) => bad.push([lineNumber, reason]),
  });
  for (const piece of pieces) reader.write(piece);
  reader.end();
  return { records, bad };
}

test('quoted fields may hold commas, doubled quotes and line breaks', () => {
  const { records, bad } = recordsOf('a,b\n1,"x, ""y"""\n2,"over\ntwo"\n3,z\n');

  assert.deepEqual(bad, []);
  assert.deepEqual(records, [
    [1, 'a', 'b'],
    [2, '1', 'x, "y"'],
    [3, '2', 'over\ntwo'],
    [5, '3', 'z'],
  ]);
});

test('a quote that is never closed costs its own line and no other', () => {
  const { records, bad } = recordsOf('a,b\n1,"open\n2,x\n3,"y"\n4,z');

  assert.deepEqual(records.slice(1), [
    [3, '2', 'x'],
    [4, '3', 'y'],
    [5, '4', 'z'],
  ]);
  assert.deepEqual(bad, [[2, 'a quote is opened and never closed']]);
});

test('two broken quotes near each other cost two lines', () => {
  const { records, bad } = recordsOf('a,b\n1,"open\n2,x\n3,"open\n4,z\n');

  assert.deepEqual(
    records.slice(1).map(([line]) => line),
    [3, 5],
  );
  assert.deepEqual(
    bad.map(([line]) => line),
    [2, 4],
  );
});

test('a broken quote is noticed a few lines on, not at the end of a long file', () => {
  const reader = new CsvRecords({ onRecord: () => {}, onBadRecord: (line) => bad.push(line) });
  const bad: number[] = [];

  reader.write('a,b\n1,"open\n' + '2,x\n'.repeat(9));

  assert.deepEqual(bad, [2]);
});

test('a quote in the middle of a field, or text after a closing one, is named', () => {
  const { bad } = recordsOf('a,b\n1,x"y"\n2,"x"y\n');

  assert.deepEqual(bad, [
    [2, 'a quote stands inside a field that does not begin with one'],
    [3, 'a quoted field goes on after its closing quote'],
  ]);
});

test('a line with too few or too many columns is reported with both numbers', () => {
  const { records, bad } = recordsOf('a,b\n1\n1,2,3\n1,2\n');

  assert.deepEqual(bad, [
    [2, 'it has 1 columns, the header names 2'],
    [3, 'it has 3 columns, the header names 2'],
  ]);
  assert.deepEqual(records.slice(1), [[4, '1', '2']]);
});

test('empty lines are passed over and still counted', () => {
  assert.deepEqual(recordsOf('a,b\n\n  \n1,2\n').records, [
    [1, 'a', 'b'],
    [4, '1', '2'],
  ]);
});

test('line ends of Windows are no part of the last field', () => {
  assert.deepEqual(recordsOf('a,b\r\n1,2\r\n3,"4"\r\n').records.slice(1), [
    [2, '1', '2'],
    [3, '3', '4'],
  ]);
});

test('text that never breaks a line is refused before it fills the memory', () => {
  assert.throws(() => recordsOf('x'.repeat(lineCharactersMax + 1)), EndlessLineError);
});

test('wherever the text is cut into pieces, the records are the same', () => {
  const text = 'a,b\n1,"x, ""y"""\r\n\n2,"over\ntwo"\n3,"bad" z\n4,"open\n5,fünf\n6,7';
  const whole = recordsOf(text);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const pieces = places.slice(1).map((to, index) => text.slice(places[index], to));
      assert.deepEqual(recordsOf(...pieces), whole);
    }),
  );
});
