import type { JetStreamManager, StreamInfo } from './nats-client.ts';
import { codeOf } from './nats-errors.ts';
import type { Names } from './names.ts';
import type { NatsStreamSettings } from './stream-settings.ts';
import { takesIn } from './subjects.ts';

/** A message that is handed over again within this time is kept once. */
export const DUPLICATES_MS = 120_000;

/** What JetStream answers for a stream that is not there. */
const NOT_FOUND = 10_059;
/** Another stream has the same subjects, or the name with other settings. */
const CONFLICTS: ReadonlySet<number> = new Set([10_058, 10_065]);

/**
 * The stream that keeps what a context publishes, made when it is not there. One that is there is
 * taken as it is: how long it keeps messages, on how many servers, is its owner's matter.
 *
 * @throws {NatsStreamError} when what is there would lose messages.
 */
export async function publisherStream(
  manager: JetStreamManager,
  { publisher, names, replicas, settings }: PublisherStreamOptions,
): Promise<StreamInfo> {
  const name = names.stream(publisher);
  const subjects = names.subjects(publisher);
  const there = (await streamNamed(manager, name)) ?? (await made());
  const unfit = whyUnfit(there, subjects);
  if (unfit !== undefined) throw new NatsStreamError(name, unfit);
  return there;

  async function made(): Promise<StreamInfo> {
    try {
      return await manager.streams.add({
        storage: 'file',
        description: `What the context "${publisher}" publishes`,
        ...settings,
        name,
        subjects: [subjects],
        retention: 'limits',
        num_replicas: replicas,
        duplicate_window: DUPLICATES_MS * 1e6,
      });
    } catch (error) {
      // Another process has just made it.
      const now = await streamNamed(manager, name);
      if (now !== undefined) return now;
      if (!CONFLICTS.has(codeOf(error) ?? 0)) throw error;
      throw new NatsStreamError(name, `cannot be made: ${(error as Error).message}`, error);
    }
  }
}

export interface PublisherStreamOptions {
  readonly publisher: string;
  readonly names: Names;
  readonly replicas: number;
  /** Of one that is made here. */
  readonly settings: NatsStreamSettings;
}

async function streamNamed(
  manager: JetStreamManager,
  name: string,
): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) return undefined;
    throw error;
  }
}

/** Why it would lose what nobody has read yet, though no limit of the whole stream is reached. */
function whyUnfit({ config }: StreamInfo, subjects: string): string | undefined {
  if (config.subjects?.some((each) => takesIn(each, subjects)) !== true)
    return `does not keep the subjects ${subjects}`;
  // Otherwise a message is gone as soon as somebody has read it.
  if (config.retention !== 'limits')
    return `has the retention "${config.retention}" instead of "limits"`;
  const { max_msgs_per_subject: ofEach = -1, no_ack: isMute = false } = config;
  // All messages of a contract have one subject.
  if (ofEach > 0)
    return `keeps only ${ofEach} message${ofEach === 1 ? '' : 's'} of each contract (max_msgs_per_subject)`;
  return isMute ? 'confirms no message (no_ack)' : undefined;
}

/** A stream that is there already cannot be what a context publishes into. Nothing was changed. */
export class NatsStreamError extends Error {
  override readonly name = 'NatsStreamError';
  readonly code = 'nats-stream';
  readonly retryable = false;
  readonly stream: string;

  constructor(stream: string, found: string, cause?: unknown) {
    super(
      `The stream "${stream}" on NATS ${found}. Somebody else made it, so it is left as it is: ` +
        'change or remove it, or give the backbone another prefix, or other names: nats({ servers, prefix, names }).',
      { cause },
    );
    this.stream = stream;
  }
}
