export { nats, type NatsOptions } from './nats-backbone.ts';
export type { NatsNames } from './names.ts';
export { NatsClientMissingError, type NatsConnection, type NatsPackages } from './nats-client.ts';
export { NatsOptionError } from './nats-option-error.ts';
export { NatsConnectionClosedError } from './server-connection.ts';
export { NatsStreamError } from './publisher-stream.ts';
export type { NatsStreamSettings } from './stream-settings.ts';
