/** The server takes no message as large as this one. It stays in the outbox, with all behind it. */
export class RabbitmqMessageTooLargeError extends Error {
  override readonly name = 'RabbitmqMessageTooLargeError';
  readonly code = 'rabbitmq-message-too-large';
  readonly retryable = false;
  readonly id: string;
  readonly bytes: number;

  constructor(id: string, bytes: number, cause: Error) {
    super(
      `The message "${id}" has ${bytes} bytes, and this RabbitMQ server takes none as large: ` +
        `${cause.message}. Raise max_message_size in its configuration.`,
      { cause },
    );
    this.id = id;
    this.bytes = bytes;
  }
}
