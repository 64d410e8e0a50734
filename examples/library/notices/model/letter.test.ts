import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'thereupon/testing';
import * as correspondence from './correspondence.ts';
import { bookWaits, timeInWords, turnIsOver } from './letter.ts';

const about = { readerId: 'Ada', title: 'Middlemarch' };

test('a reader is told which book waits for her, and until when', () => {
  assert.deepEqual(bookWaits({ ...about, collectBy: '2026-03-05T09:00:00.000Z' }), {
    readerId: 'Ada',
    text: '"Middlemarch" waits for you until Thursday 5 March, 9:00.',
  });
});

test('a reader is told that her turn is over', () => {
  assert.equal(
    turnIsOver(about).text,
    'You did not collect "Middlemarch". It is the next reader\'s turn now.',
  );
});

test('a time is said in words, minutes in two digits', () => {
  assert.equal(timeInWords('2026-12-06T17:05:00.000Z'), 'Sunday 6 December, 17:05');
});

test('each letter to a reader is filed', () => {
  const letter = turnIsOver(about);

  given(correspondence)
    .when({ type: 'FileLetter', data: letter })
    .then([{ type: 'LetterSent', data: letter }]);
});
