import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { systemClock } from '../host/clock.ts';
import { order, place, twoContexts } from '../inspection/fixtures/two-contexts.ts';
import { checkup } from '../inspection/checkup.ts';
import { lag } from '../inspection/lag.ts';
import { nextStep } from '../inspection/why-next-step.ts';
import { whySummary } from '../inspection/why-summary.ts';
import { why } from '../inspection/why.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import { askCommand } from './fixtures/ask-command.ts';
import { lagText } from './lag-text.ts';
import { pauseCommand, resumeCommand } from './pause.ts';

const BY = ['--who', 'ann', '--why', 'the bank is down'];
const PAY = 'ask for payment';

test('a subscription is paused and resumed by the application that runs, and asking twice says by whom', async (t) => {
  const { app, pause, resume } = await shop(t);

  const paused = await pause(PAY, ...BY);
  const again = await pause(PAY);
  await app.handle(order, 'o-1', place('o-1'));
  const resumed = await resume(PAY);
  const refused = await resume(PAY);
  await app.settled();

  assert.deepEqual([paused.code, paused.out], [0, '"ask for payment" of billing is paused.\n']);
  assert.equal(again.code, 0);
  assert.match(again.out, /is paused already, by ann since \S+Z, because: the bank is down\n$/);
  assert.deepEqual([resumed.code, resumed.out], [0, '"ask for payment" of billing goes on.\n']);
  assert.deepEqual([refused.code, refused.out], [1, '"ask for payment" is not paused.\n']);
});

test('a pause while nothing runs ends with 4, and holds from the next start on', async (t) => {
  const { app, pause, resume, again } = await shop(t);
  await app.stop();

  const { code, out } = await pause('book', '--json');
  const next = await again();
  await next.handle(order, 'o-1', place('o-1'));

  assert.equal(code, 4);
  assert.deepEqual(JSON.parse(out), {
    context: 'ordering',
    subscription: 'book@1',
    state: 'waits',
  });
  const { contexts } = await next.health();
  const book = contexts.flatMap((each) => each.subscriptions).find(({ name }) => name === 'book@1');
  assert.match(book?.stalledWhy ?? '', /^paused by /);
  assert.equal((await resume('book@1')).code, 0);
  await next.settled();
});

test('what can not be paused ends with 3, and says what can', async (t) => {
  const { pause } = await shop(t);

  const { code, err } = await pause('relay');

  assert.equal(code, 3);
  assert.match(err, /There is no subscription "relay" that can be paused\. There are: .*"book@1"/);
});

test('lag, why and doctor say by whom it is paused, since when, and how it goes on', async (t) => {
  const { app, config, pause } = await shop(t);
  await pause(PAY, ...BY);
  const { events } = await app.handle(order, 'o-1', place('o-1'));
  await until(async () => {
    const told = await why(config, { id: await placed() });
    return told.answers.some(({ subscription }) => subscription === PAY);
  });

  const told = await lag(config, { clock });
  const asked = await why(config, { id: await placed(), subscription: PAY });
  const { findings } = await checkup(config, { clock, nodeVersion: process.versions.node });

  assert.equal(events.length, 1);
  const reader = told.readers.find(({ name }) => name === PAY);
  assert.deepEqual([reader?.paused?.who, reader?.paused?.why], ['ann', 'the bank is down']);
  assert.equal(reader?.level, 'attention');
  const text = lagText(told, { width: Number.POSITIVE_INFINITY, paint: (_, line) => line });
  assert.match(text, /; 1 paused\.\n/);
  assert.match(text, /PAUSED by ann since \S+Z: the bank is down/);
  assert.match(text, /Let it go on: thereupon resume 'ask for payment' --context billing --why /);
  assert.match(
    whySummary(asked),
    /^"ask for payment" of billing has not come to it yet: it is paused, by ann since \S+Z, because: the bank is down\.$/,
  );
  assert.match(
    nextStep(asked.answers[0] as (typeof asked.answers)[number]) ?? '',
    /^thereupon resume 'ask for payment' --context billing/,
  );
  const finding = findings.find(({ check, level }) => check === 'lag' && level === 'attention');
  assert.match(finding?.found ?? '', /^"ask for payment" is paused, by ann since /);

  /** The record that Billing has taken in. */
  async function placed(): Promise<string> {
    const log = await config.store.reader('ordering');
    const [record] = await log.read({ after: 0, limit: 1, directions: ['outgoing'] });
    await log.close();
    return record?.id ?? '';
  }
});

const clock = systemClock();

async function shop(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-pause-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = { contexts: twoContexts().contexts, store: sqlite(folder) };
  const again = () => start(t, config.contexts, { store: config.store });
  return {
    app: await again(),
    config,
    again,
    pause: (...words: string[]) => askCommand(pauseCommand, config, words),
    resume: (...words: string[]) => askCommand(resumeCommand, config, words),
  };
}
