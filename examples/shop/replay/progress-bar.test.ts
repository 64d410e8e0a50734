import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressBar } from './progress-bar.ts';

test('on a terminal a bar is drawn anew, with rate and time left', () => {
  const { bar, at, written } = barOn({ isTTY: true });

  at(1_000);
  bar.update(100);

  assert.equal(
    written(),
    '\rreplaying ██░░░░░░░░░░░░░░░░░░░░░░ 10%  100/1000  100/s  9 s left\u001b[K',
  );
});

test('a line of text is printed above the bar, not into it', () => {
  const { bar, at, written } = barOn({ isTTY: true });

  at(1_000);
  bar.update(500);
  bar.print('line 7: no');

  const [, above = '', below = ''] = written().split('\u001b[K');
  assert.equal(above.split('\r')[0], '');
  assert.match(below, /^line 7: no\nreplaying .* 50% {2}500\/1000/);
});

test('elsewhere it is a plain line now and then', () => {
  const { bar, at, written } = barOn({ isTTY: false });

  for (let second = 1; second <= 25; second++) {
    at(second * 1_000);
    bar.update(second * 10);
  }
  bar.end();

  const lines = written().trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.ok(!written().includes('\r') && !written().includes('\u001b'));
  assert.equal(lines[2], 'replaying 250/1000 in 25 s, 10/s on the average');
});

test('what an earlier run did counts as done, and not as fast', () => {
  const { bar, at, written } = barOn({ isTTY: false });

  bar.passOver(500);
  at(10_000);
  bar.update(600);
  bar.end();

  assert.match(written(), /60% {2}600\/1000 {2}10\/s {2}40 s left/);
  assert.match(written(), /600\/1000 in 10 s, 10\/s on the average/);
});

test('nothing to do is done at once', () => {
  const { bar, at, written } = barOn({ isTTY: true, total: 0 });

  at(200);
  bar.update(0);

  assert.match(written(), /100% {2}0\/0/);
});

function barOn({ isTTY, total = 1_000 }: { isTTY: boolean; total?: number }) {
  let text = '';
  let now = 0;
  const target = { isTTY, write: (piece: string) => void (text += piece) };
  const bar = new ProgressBar({ label: 'replaying', total, target, nowMs: () => now });
  return { bar, at: (ms: number) => void (now = ms), written: () => text };
}
