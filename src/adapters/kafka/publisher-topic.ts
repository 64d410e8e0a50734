import type { Clock } from '../../host/clock.ts';
import type { KafkaAdmin } from './kafka-client.ts';
import { isAnswered, isUnknownTopic, isWithoutLeader, unavailable } from './kafka-errors.ts';

/** As the broker has it where nobody says otherwise. */
const BYTES_MAX = 1_048_588;
/** Of a topic that is made here: a record of 3 MiB fits. */
export const OWN_BYTES_MAX = 4_194_304;
/** A topic that was just made is led within this time, and one whose leader has gone. */
const LED_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 20;
const TOPIC = 2;

/** A topic that is there, and what it takes. */
export interface PublisherTopic {
  readonly name: string;
  /** The largest batch. */
  readonly bytesMax: number;
}

export interface PublisherTopicOptions {
  readonly topic: string;
  readonly clock: Clock;
  readonly partitions: number;
  /** -1: as the broker has it. */
  readonly replicationFactor: number;
  readonly topicSettings: Readonly<Record<string, string>>;
}

/**
 * The topic that keeps what a context publishes, made when it is not there. One that is there is
 * taken as it is: partitions, replicas, how long it keeps messages are its owner's matter.
 *
 * @throws {KafkaTopicError} when what is there would lose messages.
 */
export async function publisherTopic(
  admin: KafkaAdmin,
  options: PublisherTopicOptions,
): Promise<PublisherTopic> {
  const { topic: name } = options;
  if ((await whatIsThere(admin, name)) === 'nothing') await make(admin, options);
  await untilThere(admin, options);
  const settings = await settingsOf(admin, name);
  const policy = settings?.get('cleanup.policy') ?? 'delete';
  // It would keep the last message of each key.
  if (policy.includes('compact'))
    throw new KafkaTopicError(name, `has the cleanup.policy "${policy}" instead of "delete"`);
  return { name, bytesMax: Number(settings?.get('max.message.bytes') ?? BYTES_MAX) };
}

async function make(admin: KafkaAdmin, options: PublisherTopicOptions): Promise<void> {
  const { topic, partitions, replicationFactor, topicSettings } = options;
  const settings = {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'max.message.bytes': String(OWN_BYTES_MAX),
    ...topicSettings,
  };
  const configs = Object.entries(settings).map(([name, value]) => ({ name, value }));
  try {
    await admin.createTopics({ topics: [topic], partitions, replicas: replicationFactor, configs });
  } catch (error) {
    // Another process has just made it.
    if (!isAnswered(error, 'TOPIC_ALREADY_EXISTS')) throw refusal(topic, error);
  }
}

async function untilThere(
  admin: KafkaAdmin,
  { topic, clock }: PublisherTopicOptions,
): Promise<void> {
  const until = clock.elapsedMs() + LED_WITHIN_MS;
  while ((await whatIsThere(admin, topic)) !== 'topic') {
    if (clock.elapsedMs() > until) throw unavailable(`nobody leads the topic "${topic}"`);
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

/** It may be there, and nobody leads it yet, or any more. */
async function whatIsThere(
  admin: KafkaAdmin,
  name: string,
): Promise<'topic' | 'topic without a leader' | 'nothing'> {
  try {
    const { topics } = await admin.metadata({ topics: [name], forceUpdate: true });
    const { partitions = [] } = topics.get(name) ?? {};
    const asked = Array.from(partitions, (_, partitionIndex) => ({ partitionIndex }));
    await admin.listOffsets({ topics: [{ name, partitions: asked }] });
    return 'topic';
  } catch (error) {
    if (isUnknownTopic(error)) return 'nothing';
    if (isWithoutLeader(error)) return 'topic without a leader';
    throw refusal(name, error);
  }
}

/** Undefined where we have no right to know. */
async function settingsOf(
  admin: KafkaAdmin,
  name: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const configurationKeys = ['cleanup.policy', 'max.message.bytes'];
  try {
    const [found] = await admin.describeConfigs({
      resources: [{ resourceType: TOPIC, resourceName: name, configurationKeys }],
    });
    return new Map(found?.configs.map((setting) => [setting.name, setting.value ?? '']));
  } catch (error) {
    if (isAnswered(error, 'TOPIC_AUTHORIZATION_FAILED')) return undefined;
    throw error;
  }
}

const REFUSALS = [
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_TOPIC_EXCEPTION',
  'POLICY_VIOLATION',
];

function refusal(topic: string, error: unknown): unknown {
  const answer = REFUSALS.find((apiId) => isAnswered(error, apiId));
  if (answer === undefined) return error;
  return new KafkaTopicError(topic, `cannot be made: the broker says ${answer}`, error);
}

/** A topic cannot be what a context publishes into. Nothing was changed. */
export class KafkaTopicError extends Error {
  override readonly name = 'KafkaTopicError';
  readonly code = 'kafka-topic';
  readonly retryable = false;
  readonly topic: string;

  constructor(topic: string, found: string, cause?: unknown) {
    super(
      `The topic "${topic}" on Kafka ${found}. Nothing was changed: make or change it yourself, or ` +
        'give the backbone another name for it, or other settings for what it makes: ' +
        'kafka({ brokers, prefix, names, partitions, replicationFactor, topicSettings }).',
      { cause },
    );
    this.topic = topic;
  }
}
