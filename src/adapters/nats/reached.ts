import type {
  JetStreamClient,
  JetStreamManager,
  NatsClient,
  NatsConnection,
} from './nats-client.ts';

/** A connection, and what is asked by it. */
export interface Reached {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly jetstream: JetStreamClient;
  readonly client: NatsClient;
}
