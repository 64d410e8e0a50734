import { NatsOptionError } from './nats-option-error.ts';

/**
 * Settings of streams that are made here, as JetStream calls them: these, and whatever else a stream has
 * (`compression`, `placement` …). One that is there already keeps its own.
 *
 * @example
 * const backbone = nats({ streamSettings: { max_age: 90 * 86_400 * 1e9, max_bytes: 50 * 2 ** 30 } });
 */
export interface NatsStreamSettings {
  /** Messages that are older go, whether they were read or not: in nanoseconds, an hour at least. Default: none go. */
  readonly max_age?: number;
  /** The oldest go when there are more bytes than these. Default: no limit. */
  readonly max_bytes?: number;
  /** The oldest go when there are more messages than these. Default: no limit. */
  readonly max_msgs?: number;
  /** With `new` a stream that is full refuses messages instead, and they wait in the outbox. Default `old`. */
  readonly discard?: 'old' | 'new';
  /** In bytes: a larger message is parked by its publisher. Default: no limit of its own. */
  readonly max_msg_size?: number;
  /** What is in memory is lost with the server. Default `file`. */
  readonly storage?: 'file' | 'memory';
  readonly [setting: string]: unknown;
}

/** These are the backbone's own matter, or would lose messages; the server itself says what else it does not take. */
const NOT_TO_CHOOSE: Readonly<Record<string, string>> = {
  name: 'Streams are named by the option "names".',
  subjects: 'Subjects are named by the option "names".',
  num_replicas: 'That is the option "replicas".',
  duplicate_window: 'The backbone counts on two minutes.',
  retention: 'Another one than "limits" loses what has been read by one of those who listen.',
  max_msgs_per_subject: 'All messages of a contract have one subject, so the others would be lost.',
  no_ack: 'What is handed over has to be confirmed.',
  mirror: 'Nothing can be published into a copy.',
};

const HOUR_NS = 3_600e9;

/** @throws {NatsOptionError} for a setting that is not to be chosen, or that is most likely in another unit. */
export function assertStreamSettings(settings: NatsStreamSettings): void {
  for (const [setting, why] of Object.entries(NOT_TO_CHOOSE))
    if (settings[setting] !== undefined) throw unfit(setting, `is not to be chosen. ${why}`);
  const { max_age: age = 0 } = settings;
  // A year in milliseconds is half a minute.
  if (age !== 0 && age < HOUR_NS)
    throw unfit(
      'max_age',
      `is ${age} nanoseconds, and takes an hour at least: multiply milliseconds by 1e6. Make ` +
        'the stream yourself where it is to forget as soon as that.',
    );
}

function unfit(setting: string, problem: string): NatsOptionError {
  return new NatsOptionError(`streamSettings.${setting}`, problem);
}
