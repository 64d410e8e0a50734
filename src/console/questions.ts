import type { Host } from '../host/host.ts';
import { auditTrail } from '../inspection/audit-trail.ts';
import { contextFlowsOf } from '../inspection/context-flows.ts';
import { findParked } from '../inspection/find-parked.ts';
import { findStream } from '../inspection/find-stream.ts';
import type { RecordSelection } from '../inspection/follow-from.ts';
import { flowsOf } from '../inspection/flows.ts';
import { foundProcesses } from '../inspection/found-processes.ts';
import { lag } from '../inspection/lag.ts';
import { LAST_TOLD_MAX, lastRecords } from '../inspection/last-records.ts';
import { listedStreams } from '../inspection/listed-streams.ts';
import { type Inspected, type OpenLog, withLogs, withReadable } from '../inspection/open-logs.ts';
import { openRequests } from '../inspection/open-requests.ts';
import { modelVersions } from '../inspection/model-versions.ts';
import { momentAsked } from '../inspection/moment-asked.ts';
import { parkedDetails } from '../inspection/parked-details.ts';
import { parkedIn } from '../inspection/parked-groups.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { oneRecord } from '../inspection/one-record.ts';
import { seenFlows } from '../inspection/seen-flows.ts';
import { stateAt } from '../inspection/state-at.ts';
import { streamEvents } from '../inspection/stream-events.ts';
import { timeAsked } from '../inspection/time-asked.ts';
import { timersAhead } from '../inspection/timers-ahead.ts';
import { toldContracts } from '../inspection/told-contracts.ts';
import { tracedActions } from '../inspection/traced-actions.ts';
import { why } from '../inspection/why.ts';
import { whyTold } from '../inspection/why-told.ts';
import type { Direction } from '../log/record.ts';
import type { Questions } from './api.ts';
import { lightRecords } from './light-records.ts';
import type { Visitor } from './visitor.ts';

/** So much of a page of records, of streams, and of one stream. */
const STREAMS_PAGE = 200;
const EVENTS_PAGE = 500;
const EVENTS_CHARACTERS_MAX = 2_097_152;
const AUDIT_PAGE = 100;
/** So far back each log is looked through for what is seen of what is declared. */
const SEEN_POSITIONS = 5_000;

/** What a question is asked with. */
export interface Asked {
  readonly inspected: Inspected;
  readonly host: Host;
  readonly visitor: Visitor;
  /** What was asked, as it came: any name may be missing. */
  readonly of: Readonly<Partial<Record<string, string>>>;
}

/** How each question of the page is answered. */
export const questions: {
  readonly [Name in keyof Questions]: (asked: Asked) => Promise<Questions[Name]['answer']>;
} = {
  about: async ({ inspected, visitor }) => ({
    who: visitor.name,
    role: visitor.role,
    seesPersonal: visitor.seesPersonal === true,
    contexts: inspected.contexts.map(({ name }) => name),
    store: inspected.store.name,
  }),
  flows: async ({ inspected: { contexts }, of: { context } }) =>
    context === undefined ? flowsOf(contexts) : contextFlowsOf(contexts, context),
  seen: ({ inspected }) => withReadable(inspected, ({ logs }) => seenFlows(logs, SEEN_POSITIONS)),
  lag: ({ inspected, host: { clock }, of: { context } }) => lag(inspected, { clock, context }),
  trace: ({ inspected, of }) => tracedActions(inspected, needed(of, 'id')),
  why: async ({ inspected, of }) => {
    const { subscription } = of;
    return whyTold(await why(inspected, { id: needed(of, 'id'), subscription }));
  },
  records: recordsPage,
  record: (asked) =>
    ofLogs(asked, ([open], storeName) => {
      needed(asked.of, 'context');
      return oneRecord(open as OpenLog, whole(asked.of, 'position') ?? 0, storeName);
    }),
  streams: (asked) =>
    ofLogs(asked, (logs, storeName) => {
      const { aggregate, after, by } = asked.of;
      const question = { ...given({ aggregate, after }), limit: STREAMS_PAGE } as const;
      return listedStreams(
        logs,
        { ...question, by: by === 'name' ? 'name' : 'activity' },
        storeName,
      );
    }),
  stream: (asked) =>
    ofLogs(asked, (logs, storeName) => {
      const part = { id: needed(asked.of, 'id'), after: whole(asked.of, 'after') ?? 0 };
      const bound = { limit: EVENTS_PAGE, charactersMax: EVENTS_CHARACTERS_MAX };
      return streamEvents(logs, { ...part, ...bound }, storeName);
    }),
  state: (asked) =>
    ofLogs(asked, async (logs, storeName) => {
      const id = needed(asked.of, 'id');
      const { time, by } = asked.of;
      const found = await findStream(logs, id, storeName);
      return stateAt(
        found,
        id,
        momentAsked({ version: whole(asked.of, 'version'), time, by }, found.version),
      );
    }),
  parked: (asked) => ofLogs(asked, parkedIn),
  'parked-record': (asked) =>
    ofLogs(asked, async (logs, storeName) => {
      const { subscription, key } = asked.of;
      const named = { id: needed(asked.of, 'id'), subscription, key };
      return parkedDetails(await findParked(logs, named, storeName));
    }),
  // The page says beside it which logs cannot be read.
  requests: (asked) =>
    asked.of.context === undefined
      ? withReadable(asked.inspected, ({ logs }) => openRequests(logs))
      : ofLogs(asked, openRequests),
  audit: (asked) =>
    ofLogs(asked, (logs) => auditTrail(logs, whole(asked.of, 'limit') ?? AUDIT_PAGE)),
  timers: (asked) =>
    ofLogs(asked, (logs, storeName) => {
      const { process, key } = asked.of;
      const now = asked.host.clock.now();
      return timersAhead(logs, given({ process, key }), { now, storeName });
    }),
  processes: (asked) => ofLogs(asked, (logs) => foundProcesses(logs, asked.of)),
  models: (asked) =>
    ofLogs(asked, async ([open]) => {
      needed(asked.of, 'context');
      const { oldReadModelsKeptMs: keptMs } = asked.inspected;
      return { versions: await modelVersions(open as OpenLog, given({ keptMs })) };
    }),
  contracts: async ({ inspected }) => ({ contracts: toldContracts(inspected) }),
};

async function recordsPage(asked: Asked): Promise<Questions['records']['answer']> {
  const { since, until, before } = asked.of;
  const question = {
    ...selectionOf(asked.of),
    ...given({ before }),
    ...(since === undefined ? {} : { since: timeAsked(since) }),
    ...(until === undefined ? {} : { until: timeAsked(until) }),
    // Of none at all nothing would come next.
    count: Math.max(1, whole(asked.of, 'limit') ?? LAST_TOLD_MAX),
  };
  return ofLogs(asked, async (logs, storeName) => {
    const page = await lastRecords(logs, question, storeName);
    return { ...page, records: lightRecords(page.records) };
  });
}

/** Which records are meant; lists are separated by commas. */
export function selectionOf({ types, directions, key }: Asked['of']): RecordSelection {
  return {
    ...given({ key }),
    ...(types === undefined ? {} : { types: types.split(',') }),
    ...(directions === undefined ? {} : { directions: directions.split(',') as Direction[] }),
  };
}

/** The logs of the context that is named, or of all. */
function ofLogs<T>(
  { inspected, of }: Asked,
  work: (logs: readonly OpenLog[], storeName: string) => T | Promise<T>,
): Promise<T> {
  return withLogs(inspected, of.context, async (logs) => work(logs, inspected.store.name));
}

/** @throws {QuestionError} when it was not given. */
function needed(of: Asked['of'], name: string): string {
  const value = of[name];
  if (value === undefined || value === '')
    throw new QuestionError('asked-wrongly', `Say which one: "${name}" is missing.`);
  return value;
}

/** @throws {QuestionError} when it is no whole number. */
function whole(of: Asked['of'], name: string): number | undefined {
  const text = of[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new QuestionError('asked-wrongly', `"${name}" is a whole number, such as 3.`);
}

/** Without what is undefined. */
function given<Names extends string, Value>(
  of: Readonly<Record<Names, Value | undefined>>,
): Readonly<Partial<Record<Names, Value>>> {
  const entries = Object.entries(of).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Record<Names, Value>>;
}
