export { nats, type NatsOptions } from './nats-backbone.ts';
export type { NatsNames } from './names.ts';
export { NatsClientMissingError, type NatsConnection } from './nats-client.ts';
export { NatsOptionError } from './nats-option-error.ts';
export { NatsStreamError } from './publisher-stream.ts';
export type { NatsStreamSettings } from './stream-settings.ts';
