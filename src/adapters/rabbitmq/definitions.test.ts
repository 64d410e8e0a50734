import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AmqpChannel } from './amqp-client.ts';
import { assertQueue, RabbitmqDefinitionError, RabbitmqDeliveryLimitError } from './definitions.ts';

const QUEUE = { queue: 'old', exchange: 'ordering', contracts: [], isUnlimited: true };

test('a queue without a limit of its own is told apart from one that somebody else made', async () => {
  for (const [said, expected] of [
    // As RabbitMQ 4.0.5 says it.
    [
      "inequivalent arg 'x-delivery-limit' for queue 'old' in vhost '/': received the value '-1' of type 'byte' but current is none",
      RabbitmqDeliveryLimitError,
    ],
    [
      "inequivalent arg 'x-delivery-limit' for queue 'old' in vhost '/': received the value '-1' of type 'byte' but current is the value '5' of type 'signedint'",
      RabbitmqDefinitionError,
    ],
    [
      "inequivalent arg 'x-queue-type' for queue 'old' in vhost '/': received the value 'quorum' of type 'longstr' but current is none",
      RabbitmqDefinitionError,
    ],
  ] as const)
    await assert.rejects(assertQueue(refusing(said), QUEUE), expected);
});

function refusing(said: string): AmqpChannel {
  const error = Object.assign(new Error(`PRECONDITION_FAILED - ${said}`), { code: 406 });
  return { assertQueue: () => Promise.reject(error) } as unknown as AmqpChannel;
}
