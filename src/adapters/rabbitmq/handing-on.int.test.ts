/**
 * Two processes run a context, and the one that takes in from RabbitMQ ends, or stands still: the other one goes on.
 *
 * no testLog: RabbitMQ is between contexts; their logs are in a store.
 */
import { startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import { testHandingOn } from '../../backbone/fixtures/handing-on.ts';

const HEARTBEAT_MS = 10_000;

await testHandingOn({ start: startRabbitmq, missedWithinMs: 3 * HEARTBEAT_MS });
