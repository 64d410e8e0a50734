/** What somebody takes for the end of another context's log is there after a power cut, too. */
import '../../runtime/fixtures/power.ts';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { message, outgoing } from '../../backbone/fixtures/ends.ts';
import { cutPower, diskPlace, WHERE_SYNCS_ARE_SEEN } from '../../runtime/fixtures/power.ts';

// After the disk above: what it gives is taken at import.
const { sqlite } = await import('./sqlite-store.ts');

test(
  'a log does not end before the place at which somebody has begun to listen, after a power cut',
  WHERE_SYNCS_ARE_SEEN,
  async (t) => {
    const directory = diskPlace(t);
    const [data, left] = [join(directory, 'data'), join(directory, 'left')];
    const ordering = await sqlite(data).open('ordering');
    await ordering.commit([{ records: [outgoing(message())] }]);
    // As what is taken in from elsewhere: it comes again, so nobody waits for the disk.
    await ordering.commit([{ records: [outgoing(message())], isRepeatable: true }]);
    const published = await sqlite(data).published('ordering');

    const place = await published.head();
    cutPower(data, left, () => 0);
    for (const open of [published, ordering]) await open.close();

    const after = await sqlite(left).published('ordering');
    const end = await after.head();
    await after.close();
    assert.ok(end >= place, `it ended at ${place}, and ends at ${end}`);
  },
);
