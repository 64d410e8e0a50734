import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Activity } from './activity.ts';

test('of several that wait by one signal each hears of its end, also when others are done', async () => {
  const activity = new Activity();
  const end = new AbortController();
  let isThere = false;
  const first = activity.until(() => isThere, end.signal);
  const second = activity.until(() => false, end.signal);
  isThere = true;
  activity.happened();
  assert.equal(await first, true);

  end.abort();

  assert.equal(await second, false);
});
