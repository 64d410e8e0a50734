/** The server takes no message as large as this one. It stays in the outbox, with all behind it. */
export class NatsMessageTooLargeError extends Error {
  override readonly name = 'NatsMessageTooLargeError';
  readonly code = 'nats-message-too-large';
  readonly retryable = false;
  readonly id: string;
  readonly bytes: number;
  readonly bytesMax: number;

  constructor(id: string, bytes: number, bytesMax: number) {
    super(
      `The message "${id}" has ${bytes} bytes with its headers, and this NATS server takes at most ` +
        `${bytesMax}. Raise max_payload in its configuration; a record has up to 3 MiB where ` +
        'payloadCharactersMax is as it comes.',
    );
    this.id = id;
    this.bytes = bytes;
    this.bytesMax = bytesMax;
  }
}
