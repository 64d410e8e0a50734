/**
 * Two processes run a context, and the one that takes in from Kafka ends, or stands still: the other one goes on.
 *
 * no testLog: Kafka is between contexts; their logs are in a store.
 */
import { startKafka } from '../../../scripts/services/kafka.ts';
import { testHandingOn } from '../../backbone/fixtures/handing-on.ts';

await testHandingOn({ start: startKafka });
