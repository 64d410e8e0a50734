import { asUnavailable, BackboneUnavailableError } from '../../backbone/backbone.ts';

/**
 * The client's errors hold others, some levels deep, and the outermost says least. Those of the broker
 * itself have a name, `apiId`.
 */
interface ClientError extends Error {
  readonly apiId?: string;
  readonly errors?: readonly unknown[];
}

/** Whether the broker has answered with this error, among others. */
export function isAnswered(error: unknown, apiId: string): boolean {
  return leavesOf(error).some((leaf) => leaf.apiId === apiId);
}

/** There is no topic of that name: the client says so in words of its own. */
export function isUnknownTopic(error: unknown): boolean {
  return leavesOf(error).some(({ message }) => message.startsWith('Unknown topic'));
}

const WITHOUT_LEADER = [
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  // Of a broker that was told to lead it, and does not know it yet.
  'UNKNOWN_TOPIC_OR_PARTITION',
];

/** Nobody leads a partition just now, or somebody else: in a moment there is an answer. */
export function isWithoutLeader(error: unknown): boolean {
  return WITHOUT_LEADER.some((apiId) => isAnswered(error, apiId));
}

/** No outage is of a kind of its own: whoever asks tries again. */
export function unavailable(cause: unknown): BackboneUnavailableError {
  return asUnavailable('kafka', explained(cause));
}

/** An error that says what all those inside of it say. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof BackboneUnavailableError) return error;
  const leaves = leavesOf(error);
  const said = new Set(leaves.map(({ message }) => message));
  return new AggregateError(leaves, [...said].join(' '), { cause: error });
}

function leavesOf(error: unknown): readonly ClientError[] {
  if (!(error instanceof Error)) return [];
  const { errors = [], cause } = error as ClientError;
  const inner = [...errors, ...(cause instanceof Error ? [cause] : [])];
  const own = errors.length === 0 ? [error as ClientError] : [];
  return [...own, ...inner.flatMap((each) => leavesOf(each))];
}
