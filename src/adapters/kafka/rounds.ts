import { type Envelope, MessageNotCarriedError } from '../../backbone/backbone.ts';
import type { KafkaMessage } from './kafka-client.ts';

/** A message of ours as it goes out, and how large it is at most. */
export interface Outgoing {
  readonly envelope: Envelope;
  readonly message: KafkaMessage;
  readonly bytes: number;
}

/** Of a batch: what stands before its messages. */
const BATCH_BYTES = 100;
/** Of a message and of a header: lengths and times, as long as they ever are. */
const MESSAGE_BYTES = 40;
const HEADER_BYTES = 10;
/** What goes to the cluster at once. */
const ROUND_BYTES = 8_388_608;

export function bytesOf({
  key,
  value,
  headers,
}: Omit<KafkaMessage, 'topic' | 'partition'>): number {
  let bytes = BATCH_BYTES + MESSAGE_BYTES + key.length + value.length;
  for (const [name, text] of headers) bytes += HEADER_BYTES + name.length + text.length;
  return bytes;
}

/**
 * What is handed over at once, one after the other. The messages of a partition go as one batch, which
 * must not be larger than the topic allows; so there may have to be several, in order.
 */
export function roundsOf(outgoing: readonly Outgoing[], bytesMax: number): readonly Outgoing[][] {
  const rounds: Outgoing[][] = [];
  let byPartition = new Map<number, number>();
  let total = 0;
  for (const one of outgoing) {
    const { partition } = one.message;
    const inPartition = (byPartition.get(partition) ?? 0) + one.bytes;
    const isFull = inPartition > bytesMax || total + one.bytes > ROUND_BYTES;
    if (rounds.length === 0 || isFull) {
      rounds.push([]);
      byPartition = new Map();
      total = 0;
    }
    byPartition.set(partition, (byPartition.get(partition) ?? 0) + one.bytes);
    total += one.bytes;
    rounds.at(-1)?.push(one);
  }
  return rounds;
}

/** What fits and is behind nothing of its key that does not, and the first that does not, if any. */
export function fitting(
  outgoing: readonly Outgoing[],
  { topic, bytesMax }: { readonly topic: string; readonly bytesMax: number },
): {
  readonly fits: readonly Outgoing[];
  readonly tooLarge: MessageNotCarriedError | undefined;
} {
  const stopped = new Set<string>();
  const fits: Outgoing[] = [];
  let tooLarge: MessageNotCarriedError | undefined;
  for (const one of outgoing) {
    const { id, key } = one.envelope;
    if (one.bytes > bytesMax) {
      stopped.add(key);
      tooLarge ??= new MessageNotCarriedError(
        'kafka',
        id,
        `It has ${one.bytes} bytes with its headers, and the topic "${topic}" takes at most ${bytesMax}. ` +
          'Raise its max.message.bytes and redrive the message; a record has up to 3 MiB where ' +
          'payloadCharactersMax is as it comes.',
      );
    } else if (!stopped.has(key)) fits.push(one);
  }
  return { fits, tooLarge };
}
