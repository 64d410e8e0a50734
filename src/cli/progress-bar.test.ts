import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handClock } from '../process/fixtures/hand-clock.ts';
import { ProgressBar, type ProgressOptions, terminalOf } from './progress-bar.ts';

test('on a terminal one line is drawn anew, with count, share, rate and time left', () => {
  const { bar, clock, written } = barOn({ terminal: { width: () => 80 } });

  clock.advance(1_000);
  bar.update(100);
  clock.advance(1_000);
  bar.update(200);

  assert.deepEqual(written().split('\u001b[K'), [
    '\rexporting ██░░░░░░░░░░░░░░░░░░░░░░  10%  100/1000  100/s  9 s left',
    '\rexporting █████░░░░░░░░░░░░░░░░░░░  20%  200/1000  100/s  8 s left',
    '',
  ]);
});

test('it is drawn at most ten times a second, however often it is told', () => {
  const { bar, clock, written } = barOn({ terminal: { width: () => 80 } });

  for (let told = 0; told < 1_000; told += 1) {
    clock.advance(1);
    bar.update(told);
  }

  assert.equal(written().split('\r').length - 1, 10);
});

test('it ends clean, and leaves nothing where it had drawn nothing', () => {
  const drawn = barOn({ terminal: { width: () => 80 } });
  const short = barOn({ terminal: { width: () => 80 } });

  drawn.clock.advance(100);
  drawn.bar.update(500);
  drawn.bar.end();
  drawn.bar.end();
  short.bar.update(1_000);
  short.bar.end();

  assert.ok(drawn.written().endsWith(' left\u001b[K\r\u001b[K'));
  assert.equal(drawn.written().split('\u001b[K').length, 3);
  assert.equal(short.written(), '');
});

test('it never takes more than one line of the terminal, also of one that became narrow', () => {
  let columns = 80;
  const { bar, clock, written } = barOn({ terminal: { width: () => columns } });

  clock.advance(100);
  columns = 20;
  bar.update(100);

  assert.equal(written(), '\rexporting ██░░░░░░…\u001b[K');
});

test('a terminal is as wide as it says, or usual where it says nothing; a file is none', () => {
  const stream = (of: object) => of as NodeJS.WriteStream;

  assert.equal(terminalOf(stream({ isTTY: true, columns: 120 }))?.width(), 120);
  assert.equal(terminalOf(stream({ isTTY: true, columns: 0 }))?.width(), 80);
  assert.equal(terminalOf(stream({ isTTY: false })), undefined);
});

test('elsewhere it says nothing, or a plain line now and then when it is asked to', () => {
  const silent = barOn({ terminal: undefined });
  const plain = barOn({ terminal: undefined, plainEveryMs: 10_000 });

  for (const { bar, clock } of [silent, plain]) {
    for (let second = 1; second <= 25; second += 1) {
      clock.advance(1_000);
      bar.update(second * 10);
    }
    bar.end();
  }

  assert.equal(silent.written(), '');
  const lines = plain.written().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? '', / 10% {2}100\/1000 {2}10\.0\/s {2}1 min 30 s left$/);
  assert.ok(!plain.written().includes('\r') && !plain.written().includes('\u001b'));
});

test('where time ends it, the share is that of the time; where nobody knows, none is told', () => {
  const terminal = { width: () => 80 };
  const total = Number.POSITIVE_INFINITY;
  const timed = barOn({ terminal, total, lastsMs: 60_000, unit: 'runs' });
  const open = barOn({ terminal, total, unit: 'runs' });

  for (const { bar, clock } of [timed, open]) {
    clock.advance(30_000);
    bar.update(90);
  }

  assert.match(timed.written(), /█{12}░{12} {2}50% {2}90 runs {2}3\.0\/s {2}30 s left/);
  assert.equal(open.written(), '\rexporting  90 runs  3.0/s\u001b[K');
});

test('nothing to do is done at once', () => {
  const { bar, clock, written } = barOn({ terminal: { width: () => 80 }, total: 0 });

  clock.advance(200);
  bar.update(0);

  assert.match(written(), /100% {2}0\/0 {2}0\.0\/s/);
});

function barOn(options: Partial<ProgressOptions> & Pick<ProgressOptions, 'terminal'>) {
  let text = '';
  const clock = handClock();
  const write = (piece: string): void => void (text += piece);
  const bar = new ProgressBar({ what: 'exporting', total: 1_000, write, clock, ...options });
  return { bar, clock, written: () => text };
}
