export { type AmqpConnection, RabbitmqClientMissingError } from './amqp-client.ts';
export { RabbitmqDefinitionError } from './definitions.ts';
export { RabbitmqMessageTooLargeError } from './message-too-large.ts';
export { rabbitmq, type RabbitmqOptions } from './rabbitmq-backbone.ts';
