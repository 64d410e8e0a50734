import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from './clock.ts';
import { systemHost } from './host.ts';
import { uuidv7Ids } from './ids.ts';

const noon = Date.UTC(2011, 11, 9, 12);

test('an id is a UUID of version 7 that holds its time and 62 random bits', () => {
  const ids = uuidv7Ids(at({ now: noon }), { uint32: () => 0xffffffff });

  const id = ids.next();

  assert.equal(id, '013422b1-ba00-7000-bfff-ffffffffffff');
  assert.equal(parseInt(id.replaceAll('-', '').slice(0, 12), 16), noon);
});

test('ids ascend within a millisecond, when it overflows, and when the clock goes back', () => {
  const time = { now: noon };
  const ids = uuidv7Ids(at(time), systemHost().randomness);

  const made = Array.from({ length: 9_000 }, () => ids.next());
  time.now = noon - 60_000;
  made.push(ids.next());
  time.now = noon + 60_000;
  made.push(ids.next());

  assert.deepEqual(made.toSorted(), made);
  assert.equal(new Set(made).size, made.length);
  for (const id of made)
    assert.match(id, /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

function at(time: { now: number }): Clock {
  return { ...systemHost().clock, now: () => time.now };
}
