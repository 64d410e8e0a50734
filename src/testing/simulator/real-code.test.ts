/** What is simulated is the real code: the simulator has no copy of any of it. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

const REAL = [
  'subscription/subscription.ts',
  'subscription/waiting-room.ts',
  'backbone/relay.ts',
  'backbone/intake.ts',
  'backbone/log-to-log.ts',
  'process/timers.ts',
  'process/run-process.ts',
  'log/committer.ts',
  'reaction/effect-subscription.ts',
  'runtime/run.ts',
  'runtime/settled.ts',
];

test('a simulation loads the real subscription, relay, intake and timers', async () => {
  const loaded: string[] = [];
  registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });

  await import('./one-run.ts');

  const own = new URL('../../', import.meta.url);
  for (const path of REAL) assert.ok(loaded.includes(new URL(path, own).href), path);
});

test('no file of the simulator has the name of a file of the core', () => {
  const here = import.meta.dirname;
  const names = readdirSync(here, { recursive: true, encoding: 'utf8' });
  const classes = names
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|fixtures\//.test(name))
    .flatMap((name) => [
      ...readFileSync(join(here, name), 'utf8').matchAll(/^(?:export )?class (\w+)/gm),
    ])
    .map((found) => found[1]);

  for (const core of ['Subscription', 'Relay', 'Intake', 'Committer', 'WaitingRoom', 'TailReader'])
    assert.ok(!classes.includes(core), core);
});
