import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANYTHING } from '../reaction/looked-at.ts';
import { Lookout } from './lookout.ts';

test('who waits for a topic is found once when it moves, and nobody else', () => {
  const lookout = new Lookout();
  lookout.add('a', { topics: ['stream x', 'key a'], earliest: 1 });
  lookout.add('b', { topics: ['stream x', 'key b'], earliest: 2 });
  lookout.add('c', { topics: ['stream y', 'key c'], earliest: 3 });

  assert.deepEqual([...lookout.moved(new Set(['key c', 'stream z']))].map(keyAndTime), ['c 3']);
  assert.deepEqual([...lookout.moved(new Set(['stream x']))].map(keyAndTime), ['a 1', 'b 2']);
  assert.equal(lookout.moved(new Set(['stream x', 'key a', 'stream y'])).size, 0);
  assert.equal(lookout.isLookingOut, false);
});

test('who looked at too much to be told is found by whatever moves', () => {
  const lookout = new Lookout();
  lookout.add('a', { topics: [ANYTHING], earliest: 0 });

  assert.deepEqual([...lookout.moved(new Set(['stream x'])).keys()], ['a']);
});

test('who waits no more is not found', () => {
  const lookout = new Lookout();
  lookout.add('a', { topics: ['stream x'], earliest: 0 });
  lookout.add('a', { topics: ['stream y'], earliest: 0 });
  lookout.add('b', { topics: ['stream y'], earliest: 0 });
  lookout.remove('b');

  assert.equal(lookout.moved(new Set(['stream x'])).size, 0);
  assert.deepEqual([...lookout.moved(new Set(['stream y'])).keys()], ['a']);
});

test('what moves while somebody is asked is known, what moved before is not', () => {
  const lookout = new Lookout();
  lookout.moved(new Set(['stream early']));
  const first = lookout.ask();
  lookout.moved(new Set(['stream x']));
  const second = lookout.ask();
  lookout.moved(new Set(['stream y']));

  assert.equal(lookout.hasMoved(['stream early'], first), false);
  assert.equal(lookout.hasMoved(['stream x'], first), true);
  assert.equal(lookout.hasMoved(['stream x'], second), false);
  assert.equal(lookout.hasMoved(['stream y'], second), true);
  assert.equal(lookout.hasMoved([ANYTHING], second), true);
  lookout.asked();
  lookout.asked();
  assert.equal(lookout.hasMoved([ANYTHING], lookout.ask()), false);
});

test('who is asked for so long that moves were forgotten may have missed one', () => {
  const lookout = new Lookout();
  const long = lookout.ask();
  for (let each = 0; each < 1_001; each += 1) lookout.moved(new Set([`stream ${each}`]));
  const short = lookout.ask();

  assert.equal(lookout.hasMoved(['stream none'], long), true);
  assert.equal(lookout.hasMoved(['stream none'], short), false);
});

test('no more is looked out for than the bound; who comes beyond it takes no part', () => {
  const lookout = new Lookout();
  for (let each = 0; each < 100_001; each += 1)
    lookout.add(`k${each}`, { topics: [`stream ${each}`], earliest: 0 });

  assert.equal(lookout.moved(new Set(['stream 100000'])).size, 0);
  assert.equal(lookout.moved(new Set(['stream 99999'])).size, 1);
  lookout.add('k100000', { topics: ['stream 100000'], earliest: 0 });
  assert.equal(lookout.moved(new Set(['stream 100000'])).size, 1);
});

function keyAndTime([key, { earliest }]: readonly [string, { readonly earliest: number }]): string {
  return `${key} ${earliest}`;
}
