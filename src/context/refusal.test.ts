import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from './refusal.ts';

test('what the domain throws on purpose is a refusal, whatever it is made of', () => {
  class OrderingRefusedError extends Error {}
  class TooManyError extends RangeError {}
  for (const thrown of [new Error('no'), new OrderingRefusedError(), new TooManyError(), 'no', 42])
    assert.equal(isRefusal(thrown), true, String(thrown));
});

test('what the language throws at a mistake is none, and neither is a broken assertion', () => {
  const order = undefined as unknown as { readonly status: string };
  const mistakes: readonly (() => unknown)[] = [
    () => order.status,
    () => 'text'.repeat(-1),
    () => (notThere as () => void)(),
    () => JSON.parse('{'),
    () => decodeURIComponent('%'),
    () => deeper(),
    () => assert.equal(1, 2),
  ];
  for (const mistake of mistakes)
    assert.equal(isRefusal(thrownBy(mistake)), false, String(mistake));
});

declare const notThere: unknown;

function deeper(): number {
  return deeper() + 1;
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error(`${String(run)} threw nothing.`);
}
