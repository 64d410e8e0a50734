import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RETRY_POLICY, retryDelayMs } from './retry-policy.ts';

test('a delay is whole milliseconds, whatever chance says', () => {
  for (const uint32 of [0, 1, 0x1234_5678, 0xffff_ffff]) {
    const delay = retryDelayMs(RETRY_POLICY, 3, { uint32: () => uint32 });

    assert.ok(Number.isInteger(delay), `${delay} is no whole number`);
    assert.ok(delay >= 100 && delay <= 200);
  }
});
