import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { committed, waitingRow } from '../conformance/log/samples.ts';
import { configured } from './fixtures/configured.ts';

const { scene, remove } = configured();
after(remove);

test('a line for each check, and for what is not well what to do; attention alone ends with 0', async () => {
  const { store, thereupon } = scene('attention');
  const log = await store.open('ordering');
  const row = waitingRow({ subscription: 'evil\n\u001b[31m', kind: 'parked' });
  await committed(log, { waiting: [row] });
  await log.close();
  await (await store.open('billing')).close();

  const { code, out } = await thereupon('doctor');

  assert.equal(code, 0);
  assert.match(out, /^ok {9}configuration {2}ordering, billing: nothing is wrong with the map\n/);
  assert.match(out, /\nattention {2}running {8}Nobody runs the application\.\n {26}→ Start it\.\n/);
  assert.match(
    out,
    /\nattention {2}parked {9}ordering: 1 parked under "evil\\n\\u001b\[31m", 0 held/,
  );
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('what is bad ends with 1', async () => {
  const { store, data, thereupon } = scene('bad');
  await (await store.open('ordering')).close();
  writeFileSync(join(data, 'billing.sqlite'), 'no database at all'.repeat(1_000));

  const { code, out, err } = await thereupon('doctor');

  assert.deepEqual([code, err], [1, '']);
  assert.match(out, /\nBAD {8}store {10}billing: .*billing\.sqlite cannot be used as the log/);
  assert.match(out, /\n\d are bad, \d wants? attention\.\n$|\n1 is bad, \d wants? attention\.\n$/);
});

test('as JSON it is the same data, with the worst of its levels', async () => {
  const { thereupon } = scene('json');

  const { code, out } = await thereupon('doctor', '--json');

  const { level, findings } = JSON.parse(out) as {
    level: string;
    findings: { check: string; level: string; remedy: string | null }[];
  };
  assert.deepEqual([code, level], [0, 'attention']);
  assert.equal(findings.find(({ check }) => check === 'configuration')?.remedy, null);
});

test('on a terminal no line is wider than that', async () => {
  const { onTerminal } = scene('narrow');

  const { out } = await onTerminal(50, 'doctor');

  assert.ok(out.split('\n').every((line) => line.length <= 50));
});
