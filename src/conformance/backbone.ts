import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemHost } from '../host/host.ts';
import { acknowledging } from './backbone/acknowledging.ts';
import { delivering } from './backbone/delivering.ts';
import type { BackboneSubject } from './backbone/backbone-subject.ts';
import { failing } from './backbone/failing.ts';
import { killed } from './backbone/killed.ts';
import { type Scenario, type Scenarios, Scene } from './backbone/scene.ts';
import { keeping } from './backbone/keeping.ts';
import { rebalancing } from './backbone/rebalancing.ts';
import { strangers } from './backbone/strangers.ts';
import { takingIn } from './backbone/taking-in.ts';

/**
 * Holds a backbone to the promises of the `Backbone` port, each as a test of `node:test`. `skip`
 * maps a scenario to the reason why this backbone does not keep it.
 *
 * @example
 * testBackbone('memory', {
 *   open: async () => ({ backbone: memoryBackbone(), store: memory(), close: async () => {} }),
 * });
 */
export function testBackbone(
  name: string,
  options: {
    readonly open: () => Promise<BackboneSubject>;
    readonly skip?: Readonly<Record<string, string>>;
  },
): void {
  const skips = new Map(Object.entries(options.skip ?? {}));
  describe(`the backbone ${name}`, () => {
    for (const [promise, scenario] of Object.entries(SCENARIOS)) {
      const skip = skips.get(promise) ?? false;
      skips.delete(promise);
      test(promise, { skip }, (context) =>
        play(scenario, options.open, (why) => context.skip(why)),
      );
    }
    for (const unknown of skips.keys()) {
      test(unknown, () => {
        assert.fail(
          `There is no scenario ${JSON.stringify(unknown)} to skip; look how it is spelled.`,
        );
      });
    }
  });
}

/** Every promise, in words. */
export const SCENARIOS: Scenarios = {
  ...delivering,
  ...acknowledging,
  ...failing,
  ...keeping,
  ...rebalancing,
  ...killed,
  ...takingIn,
  ...strangers,
};

async function play(
  scenario: Scenario,
  open: () => Promise<BackboneSubject>,
  skip: (why: string) => void,
): Promise<void> {
  const scene = new Scene(await open(), systemHost(), skip);
  try {
    await scene.start();
    await scenario(scene);
  } finally {
    await scene.close();
  }
}
