import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortText, whyNoText } from './text.ts';

test('any text of one to so many characters can be kept: lines, emoji, other scripts, odd names', () => {
  for (const text of ['a', '__proto__', 'two\nlines', '\t', '😀', 'Größe', '注文', "it's", ' '])
    assert.equal(whyNoText(text, 9), undefined, text);
});

test('what a store could not give back as it was is told with its reason', () => {
  const reasons: [unknown, string][] = [
    ['', 'is empty'],
    ['1234567890', 'has 10 characters, at most 9 are allowed'],
    ['a\0b', 'holds a NUL character'],
    ['\ud83d', 'holds half of a surrogate pair'],
    ['a\ude00b', 'holds half of a surrogate pair'],
    [undefined, 'is undefined, not text'],
    [5, 'is a number, not text'],
    [['a'], 'is an array, not text'],
    [new Date(0), 'is a Date, not text'],
  ];
  for (const [value, reason] of reasons) assert.equal(whyNoText(value, 9), reason);
});

test('of a long text its beginning is shown, and how long it was', () => {
  assert.equal(shortText('a'.repeat(30), 30), 'a'.repeat(30));
  assert.equal(shortText('a'.repeat(31), 30), 'aaaaaaaaaaaaa… (31 characters)');
});

test('a pair is not cut in half', () => {
  assert.ok(shortText('😀'.repeat(30), 30).isWellFormed());
  assert.ok(shortText(`a${'😀'.repeat(30)}`, 30).isWellFormed());
});
