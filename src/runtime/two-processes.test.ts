/** Two contexts over one directory, each run by a process of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { until } from './fixtures/start.ts';
import { type Player, player } from './fixtures/two-processes.ts';

const BALLS = Array.from({ length: 400 }, (_, index) => `ball-${index}`);

for (const victim of ['left', 'right'] as const) {
  test(`messages go both ways between two processes, once each, also when "${victim}" is killed`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'thereupon-two-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    let left = await player(t, directory, 'left');
    let right = await player(t, directory, 'right');

    left.ask({ serve: BALLS.slice(0, 200) });
    await until(() => served(left) > 20, 20_000);
    if (victim === 'right') {
      await right.kill();
      right = await player(t, directory, 'right');
    } else {
      await left.kill();
      left = await player(t, directory, 'left');
    }
    // What was served and not answered for is served again under the same commandId.
    left.ask({ serve: BALLS });
    await until(async () => (await noted(directory)).length >= BALLS.length, 60_000);
    await left.answer({ ask: 'stop' }, 'stopped');
    await right.answer({ ask: 'stop' }, 'stopped');

    assert.deepEqual((await noted(directory)).toSorted(), BALLS.toSorted());
    assert.deepEqual(await balls(directory, 'right', 'left.Served'), BALLS.toSorted());
    assert.deepEqual(await balls(directory, 'left', 'right.Returned'), BALLS.toSorted());
  });
}

function served({ told }: Player): number {
  return told.filter((one) => one.told === 'served').length;
}

/** The balls that came back and were noted, as often as they were. */
function noted(directory: string): Promise<readonly string[]> {
  return balls(directory, 'left', 'left.Noted');
}

async function balls(directory: string, context: string, type: string): Promise<readonly string[]> {
  const log = await sqlite(directory).reader(context);
  try {
    const records = await log.read({ after: 0, limit: 10_000, types: [type] });
    return records.map(({ key }) => key).toSorted();
  } finally {
    await log.close();
  }
}
