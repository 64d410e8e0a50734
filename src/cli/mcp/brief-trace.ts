import type { ActionTrace, TracedRecord } from '../../inspection/action-trace.ts';
import type { TracedActions } from '../../inspection/traced-actions.ts';

/** A record in a tree, without what its place in the tree says, and without what is not there. */
export interface BriefRecord {
  readonly id: string;
  readonly context: string;
  readonly direction: TracedRecord['direction'];
  readonly type: string;
  /** A domain event's, as `order/536365 v3`. */
  readonly stream?: string;
  /** Of anything else. */
  readonly key?: string;
  readonly recordedAt: string;
  /** Where that was at another time. */
  readonly occurredAt?: string;
  readonly data?: unknown;
  readonly waiting?: TracedRecord['waiting'];
  readonly caused?: readonly BriefRecord[];
}

/** The same in half of the characters or fewer, so that a tree of fifty records fits into one answer. */
export function briefTrace({ actions, ...rest }: TracedActions, withData: boolean): object {
  return { ...rest, actions: actions.map((action) => briefAction(action, withData)) };
}

function briefAction({ causes, ...action }: ActionTrace, withData: boolean): object {
  return {
    ...action,
    causes: causes.map(({ causationId, caused }) => ({
      causationId,
      caused: caused.map((record) => briefRecord(record, withData)),
    })),
  };
}

function briefRecord(record: TracedRecord, withData: boolean): BriefRecord {
  const { id, context, direction, type, stream, version, key, data, waiting, caused } = record;
  const { recordedAt, occurredAt } = record;
  return {
    id,
    context,
    direction,
    type,
    ...(stream === null ? { key } : { stream: `${stream} v${version}` }),
    recordedAt,
    ...(occurredAt === recordedAt ? {} : { occurredAt }),
    ...(withData ? { data } : {}),
    ...(waiting.length === 0 ? {} : { waiting }),
    ...(caused.length === 0 ? {} : { caused: caused.map((each) => briefRecord(each, withData)) }),
  };
}
