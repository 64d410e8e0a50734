import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nats } from './nats-backbone.ts';
import { NatsOptionError } from './nats-option-error.ts';

for (const [what, streamSettings] of [
  ['that would lose messages', { max_msgs_per_subject: 1 }],
  ['that is said by another option', { num_replicas: 3 }],
  ['that is in milliseconds, as nearly everything is', { max_age: 365 * 86_400_000 }],
] as const)
  test(`a setting ${what} is refused when the backbone is made`, () => {
    const [setting] = Object.keys(streamSettings);

    assert.throws(
      () => nats({ streamSettings }),
      (error) => error instanceof NatsOptionError && error.option === `streamSettings.${setting}`,
    );
  });
