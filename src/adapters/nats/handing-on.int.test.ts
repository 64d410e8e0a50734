/**
 * Two processes run a context, and the one that takes in from NATS ends, or stands still: the other one goes on.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import { startNats } from '../../../scripts/services/nats.ts';
import { testHandingOn } from '../../backbone/fixtures/handing-on.ts';

await testHandingOn({ start: startNats });
