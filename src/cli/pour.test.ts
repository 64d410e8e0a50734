import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { pourInto } from './pour.ts';

test('a piece is poured once the stream has taken all of it', async () => {
  const taken: (() => void)[] = [];
  const stream = new Writable({ write: (_chunk, _encoding, done) => void taken.push(done) });
  const pour = pourInto(stream);
  let isPoured = false;

  const pouring = pour('small').then((isRead) => ((isPoured = true), isRead));
  for (let turns = 0; turns < 20; turns += 1) await turn();
  const before = isPoured;
  taken[0]?.();

  assert.equal(before, false);
  assert.equal(await pouring, true);
});

test('a reader that has gone is told of each time, and nothing is written to it any more', async () => {
  let written = 0;
  const stream = failing('EPIPE', () => (written += 1));
  const pour = pourInto(stream);

  const answers = [await pour('one'), await pour('two'), await pour('three')];

  assert.deepEqual([answers, written], [[false, false, false], 1]);
});

test('whoever waits for room and is interrupted waits no longer', async () => {
  const stream = new Writable({ write: () => undefined });
  const pour = pourInto(stream);
  const interrupted = new AbortController();

  const pouring = pour('one', interrupted.signal);
  interrupted.abort();

  assert.equal(await pouring, false);
  assert.equal(await pour('two', interrupted.signal), false);
});

test('any other failure is one', async () => {
  const pour = pourInto(failing('ENOSPC', () => undefined));

  await assert.rejects(pour('one'), { code: 'ENOSPC' });
});

function failing(code: string, onWrite: () => void): Writable {
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      onWrite();
      done(Object.assign(new TypeError(code), { code }));
    },
  });
  stream.on('error', () => undefined);
  return stream;
}
