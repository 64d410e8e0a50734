import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { LINE_BYTES_MAX, type ReadLine, importLines } from './import-lines.ts';

test('a text is cut into the same lines, wherever its pieces begin and end', async () => {
  const whole = Buffer.from('{"a":1}\n{"b":"é🎁"}\r\n\n  \n{"c":3}');

  for (let size = 1; size <= whole.length; size += 1) {
    const lines = await read(pieces(whole, size));
    assert.deepEqual(
      lines.map(({ number, text }) => [number, text?.trimEnd()]),
      [
        [1, '{"a":1}'],
        [2, '{"b":"é🎁"}'],
        [5, '{"c":3}'],
      ],
      `in pieces of ${size}`,
    );
  }
});

test('a mark of the byte order at the beginning is not of the first line, elsewhere it is kept', async () => {
  const lines = await read([Buffer.from('\uFEFF{"a":1}\n\uFEFF{"b":2}\n')]);

  assert.deepEqual(
    lines.map(({ text }) => text),
    ['{"a":1}', '\uFEFF{"b":2}'],
  );
});

test('what is no UTF-8 is no line that can be read, and the others are', async () => {
  const latin1 = Buffer.from('{"name":"é"}', 'latin1');

  const lines = await read([Buffer.from('{}\n'), latin1, Buffer.from('\n{}\n')]);

  assert.deepEqual(
    lines.map(({ number, problem }) => [number, problem]),
    [
      [1, undefined],
      [2, 'it is no UTF-8'],
      [3, undefined],
    ],
  );
});

test('a line that is longer than any message is not kept in memory, and the next one is read', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const long = Array.from({ length: LINE_BYTES_MAX / piece.length + 1 }, () => piece);

  const lines = await read([...long, Buffer.from('\n{}\n')]);

  assert.deepEqual(
    lines.map(({ number, text, problem }) => [number, text, problem]),
    [
      [1, undefined, `it is longer than ${LINE_BYTES_MAX} bytes`],
      [2, '{}', undefined],
    ],
  );
});

test('a read that waits for more ends when it is interrupted', async () => {
  const interrupted = new AbortController();
  const stream = new Readable({ read: () => undefined });
  stream.push('{"a":1}\n');
  const found: ReadLine[] = [];

  for await (const { lines } of importLines(stream, interrupted.signal)) {
    found.push(...lines);
    interrupted.abort();
  }

  assert.equal(found.length, 1);
  assert.equal(stream.destroyed, true);
});

test('a read that fails says so', async () => {
  const stream = new Readable({
    read() {
      this.destroy(new RangeError('the disk is gone'));
    },
  });

  const reading = importLines(stream, new AbortController().signal).next();

  await assert.rejects(reading, /the disk is gone/);
});

async function read(chunks: readonly Buffer[]): Promise<readonly ReadLine[]> {
  const found: ReadLine[] = [];
  const stream = Readable.from(chunks);
  for await (const { lines } of importLines(stream, new AbortController().signal))
    found.push(...lines);
  return found;
}

function pieces(whole: Buffer, size: number): Buffer[] {
  const count = Math.ceil(whole.length / size);
  return Array.from({ length: count }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  );
}
