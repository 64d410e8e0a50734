import type { FlowGraph } from '../inspection/flow-graph.ts';
import type { Decided } from '../inspection/decide-parked.ts';
import type { Lag } from '../inspection/lag.ts';
import type { NewestStreams } from '../inspection/newest-streams.ts';
import type { ModelVersion } from '../inspection/model-versions.ts';
import type { EditAsked } from '../runtime/edit-asked.ts';
import type { ParkedDetails } from '../inspection/parked-details.ts';
import type { Parked } from '../inspection/parked-groups.ts';
import type { OpenRequests } from '../inspection/open-requests.ts';
import type { LastRecords } from '../inspection/last-records.ts';
import type { RequestOutcome } from '../inspection/left-request.ts';
import type { SeenFlows } from '../inspection/seen-flows.ts';
import type { ShownRecord } from '../inspection/shown-record.ts';
import type { StateAt } from '../inspection/state-at.ts';
import type { StreamEvents } from '../inspection/stream-events.ts';
import type { TimersAhead } from '../inspection/timers-ahead.ts';
import type { TracedActions } from '../inspection/traced-actions.ts';
import type { WhyTold } from '../inspection/why-told.ts';
import type { ToldContract } from '../inspection/told-contracts.ts';
import type { ProcessesFound } from '../inspection/found-processes.ts';
import type { AuditTrail } from '../inspection/audit-trail.ts';
import type { Direction } from '../log/record.ts';
import type { Role } from './visitor.ts';

/**
 * What the console's page asks of its server: `GET api/NAME?…` with what is asked as query
 * parameters, answered with JSON. The page and the server are both typed by this table.
 */
export interface Questions {
  /** Who asks, and what of. */
  about: Question<Record<string, never>, About>;
  /** What the wiring declares: of all contexts, or inside of one. */
  flows: Question<{ context?: string }, FlowGraph>;
  /** What the newest records say of that. */
  seen: Question<Record<string, never>, SeenFlows>;
  lag: Question<{ context?: string }, Lag>;
  /** A record id, correlation id, command id or aggregate. */
  trace: Question<{ id: string }, TracedActions>;
  why: Question<{ id: string; subscription?: string }, WhyTold>;
  /** The newest first; `before` is the `next` of the page before. */
  records: Question<RecordsAsked, LastRecords>;
  record: Question<{ context: string; position: string }, ShownRecord>;
  streams: Question<
    { context?: string; aggregate?: string; by: 'activity' | 'name'; after?: string },
    NewestStreams
  >;
  stream: Question<{ id: string; context?: string; after?: string }, StreamEvents>;
  /** At a version, or a time; without either, as it is now. */
  state: Question<
    {
      id: string;
      context?: string;
      version?: string;
      time?: string;
      by?: 'occurredAt' | 'recordedAt';
    },
    StateAt
  >;
  parked: Question<{ context?: string }, Parked>;
  'parked-record': Question<
    { id: string; context?: string; subscription?: string; key?: string },
    ParkedDetails
  >;
  /** What was asked for, and is not done yet. */
  requests: Question<{ context?: string }, OpenRequests>;
  audit: Question<{ context?: string; limit?: string }, AuditTrail>;
  timers: Question<{ context?: string; process?: string; key?: string }, TimersAhead>;
  processes: Question<{ context?: string; process?: string; key?: string }, ProcessesFound>;
  /** The versions of each read model of a context. */
  models: Question<{ context: string }, { readonly versions: readonly ModelVersion[] }>;
  contracts: Question<Record<string, never>, { readonly contracts: readonly ToldContract[] }>;
}

/** What the page asks to have done: `POST api/NAME` with JSON, by an operator. */
export interface Actions {
  /** With `edited` it is tried with that data instead; what it was is kept. */
  redrive: Action<ParkedNamed & { edited?: EditAsked | null }, Decided>;
  discard: Action<ParkedNamed, Decided>;
  /** Nothing more is handled by a subscription, until it is resumed. */
  pause: Action<{ context: string; subscription: string; why: string }, Left>;
  resume: Action<{ context: string; subscription: string; why: string }, Left>;
  /** A timer, by the id of the record that it will become, comes due now, or never. */
  'fire-timer': Action<{ context: string; timer: string; why: string }, Left>;
  'cancel-timer': Action<{ context: string; timer: string; why: string }, Left>;
  rebuild: Action<{ context: string; model: string; why: string }, Left>;
  /** A version that the code does not know any more, as `name@version`, is dropped. */
  'drop-model': Action<{ context: string; model: string; why: string }, Left>;
  /** Takes a request back that was left: a rebuild under way is given up. */
  'take-back': Action<
    { context: string; request: string; why: string },
    /** `over`: it was done, or taken back, by then. */
    { readonly state: 'taken-back' | 'over' }
  >;
}

export interface Question<Asked, Answer> {
  readonly asked: Asked;
  readonly answer: Answer;
}

export interface Action<Asked, Answer> {
  readonly asked: Asked;
  readonly answer: Answer;
}

export interface About {
  readonly who: string;
  readonly role: Role;
  readonly seesPersonal: boolean;
  readonly contexts: readonly string[];
  readonly store: string;
}

export interface RecordsAsked {
  readonly context?: string;
  /** Comma-separated. */
  readonly types?: string;
  readonly directions?: string;
  readonly key?: string;
  /** Only what was recorded from this time on, and up to that. */
  readonly since?: string;
  readonly until?: string;
  readonly before?: string;
  readonly limit?: string;
}

/** One parked record, and why something is done about it. */
export interface ParkedNamed {
  readonly context: string;
  readonly subscription: string;
  readonly key: string;
  readonly recordId: string;
  readonly why: string;
}

/** A request that was left, and what became of it so far. */
export interface Left {
  /** By which it can be taken back; null where it is over, or cannot be. */
  readonly request: string | null;
  readonly outcome: RequestOutcome;
}

/** How everything is, and how fast it goes: comes about every second from `GET api/pulse`. */
export interface Pulse {
  readonly at: string;
  /** How long it took to find out, in milliseconds. */
  readonly tookMs: number;
  readonly lag: Lag;
  readonly rates: readonly TypeRate[];
}

/** How many records of one type were appended a second, since the pulse before. */
export interface TypeRate {
  readonly context: string;
  readonly direction: Direction;
  /** Of a domain event; null otherwise. */
  readonly aggregate: string | null;
  readonly type: string;
  readonly perSecond: number;
  /** True: reckoned from a part of the records, as there were too many to look at each. */
  readonly isEstimate: boolean;
}

/** Records that were just appended: come from `GET api/tail?…`. */
export interface Tail {
  readonly records: LastRecords['records'];
  /** So many more came than are shown: whoever watches sees some of them a second. */
  readonly leftOut: number;
  /** It is at most so many: not all of them were looked at, as too much came meanwhile. */
  readonly isAtMost: boolean;
}

/** What went wrong: `status` 4xx or 5xx. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}
