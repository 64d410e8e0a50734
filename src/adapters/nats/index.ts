export { nats, type NatsOptions } from './nats-backbone.ts';
export { NatsClientMissingError, type NatsConnection } from './nats-client.ts';
export { NatsStreamError } from './publisher-stream.ts';
