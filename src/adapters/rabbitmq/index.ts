export { type AmqpConnection, RabbitmqClientMissingError } from './amqp-client.ts';
export { RabbitmqDefinitionError, RabbitmqDeliveryLimitError } from './definitions.ts';
export { RabbitmqNameError, type RabbitmqNames } from './names.ts';
export { rabbitmq, type RabbitmqOptions } from './rabbitmq-backbone.ts';
export { RabbitmqConnectionClosedError } from './server-connection.ts';
