export { kafka, type KafkaOptions } from './kafka-backbone.ts';
export { KafkaClientMissingError, type KafkaPackage } from './kafka-client.ts';
export { KafkaTopicError } from './publisher-topic.ts';
