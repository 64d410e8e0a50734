/** The topic takes no message as large as this one. It stays in the outbox, with all behind it. */
export class KafkaMessageTooLargeError extends Error {
  override readonly name = 'KafkaMessageTooLargeError';
  readonly code = 'kafka-message-too-large';
  readonly retryable = false;
  readonly id: string;
  readonly topic: string;
  readonly bytes: number;
  readonly bytesMax: number;

  constructor(id: string, topic: string, sizes: { readonly bytes: number; bytesMax: number }) {
    super(
      `The message "${id}" has ${sizes.bytes} bytes with its headers, and the topic "${topic}" takes ` +
        `at most ${sizes.bytesMax}. Raise its max.message.bytes; a record has up to 3 MiB where ` +
        'payloadCharactersMax is as it comes.',
    );
    this.id = id;
    this.topic = topic;
    this.bytes = sizes.bytes;
    this.bytesMax = sizes.bytesMax;
  }
}
