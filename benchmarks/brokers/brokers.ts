import type { Broker } from './broker.ts';
import { kafkaBroker } from './kafka-broker.ts';
import { natsBroker } from './nats-broker.ts';
import { rabbitmqBroker } from './rabbitmq-broker.ts';

/** Those that are measured. */
export const brokers: readonly Broker[] = [natsBroker, rabbitmqBroker, kafkaBroker];
