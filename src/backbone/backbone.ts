import type { Clock } from '../host/clock.ts';
import type { PublishedLog } from '../log/store.ts';
import type { Mark } from '../log/write-set.ts';
import { shortText } from '../message/text.ts';

/**
 * What carries messages between contexts. An adapter translates, it does not decide: retries,
 * parking, order and dedupe are the toolkit's, and the same for every backbone. The suite
 * `testBackbone` in `thereupon/conformance` holds an adapter to these promises:
 *
 * - **At least once.** What `publish` has answered for reaches every consumer that was there (by
 *   its name, running or not) at least once, until it acknowledges. It may come again, and later.
 * - **Order per key** as `capabilities.order` says, for what one outlet publishes.
 * - **Independent consumers.** Each consumer gets every message of the contracts it asked for.
 * - **Back-pressure.** Nothing is fetched that nobody asked for: at most `limit` at a time.
 * - It throws `BackboneUnavailableError` when it cannot be reached; the caller tries again.
 */
export interface Backbone {
  /** A name for messages, such as `embedded`. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** The one that carries what a context publishes, where this one is several. */
  for?(publisher: string): Backbone;

  /** Called once before anything else. Nothing may be opened earlier. */
  start(surroundings: Surroundings): Promise<void>;
  /**
   * Where a context's relay hands over what the context publishes; undefined when consumers read
   * its log themselves (log to log), so that nothing needs relaying.
   */
  outlet(publisher: string): Promise<Outlet | undefined>;
  /** Where a consuming context takes what one other context publishes. */
  inlet(consumer: Consumer): Promise<Inlet>;
  /**
   * Looks whether its servers can be reached, and changes nothing there. It may be called at any time, also before
   * `start` and beside whatever is under way, which it leaves alone. Absent where nothing has to be reached.
   *
   * @throws {BackboneUnavailableError}
   */
  probe?(): Promise<void>;
  /** Gives everything free. Messages not acknowledged will be delivered again. */
  close(): Promise<void>;
}

/** What differs between backbones, by name; never ask for the adapter. */
export interface Capabilities {
  /** log: all of a publisher in order. key: in order per key. none: in any order. */
  readonly order: 'log' | 'key' | 'none';
  /**
   * Whether a consumer added later is given what was published before it, and likewise a consumer
   * that listens to one more contract what was published of that one.
   */
  readonly replay: boolean;
  /**
   * Whether what is published must be handed over by a relay: false where there is no outlet, as consumers
   * read the publisher's own log. Default: yes.
   */
  readonly relay?: boolean;
  /**
   * What survives a power cut of the only server, or of all of them at once, once it was confirmed. synced: all
   * of it. written: what the system had written by then, which may lack the last moments.
   */
  readonly confirmed?: 'synced' | 'written';
  /** Whether keys are dealt out over several logs of a publisher. Default: no. */
  readonly partitions?: boolean;
  /** Whether it holds a message back until a time. Nothing here asks for it: timers are the log's. Default: no. */
  readonly delay?: boolean;
  /** The largest message, in bytes, as its servers come; more can be set there. Default: no limit of its own. */
  readonly bytesMax?: number;
  /** So long it keeps a message once that is handed over twice, in milliseconds. Default: not at all. */
  readonly dedupeWindowMs?: number;
}

/** What `run` gives a backbone to work with. */
export interface Surroundings {
  readonly clock: Clock;
  /** What a context has published, as far as the store here can see it. */
  published(context: string): Promise<PublishedLog>;
  /** Whatever may be published by: the contexts of the map, and external ones that it listens to. */
  readonly publishers?: readonly string[];
  /**
   * The contexts of the map that listen to one, wherever they run. Where nothing is replayed, the first message
   * handed over must find a place that keeps it for them, though they have not asked for any yet.
   */
  readonly listeners?: (publisher: string) => readonly Listener[];
}

/** Who takes from another context, and what of it. */
export interface Listener {
  /** The consuming context. */
  readonly consumer: string;
  /** The publishing context. */
  readonly source: string;
  /** The names of the contracts it listens to. */
  readonly contracts: readonly string[];
}

/**
 * The sending half. Calls for different keys may overlap; those of one key never do. It outlives
 * outages: after a `BackboneUnavailableError` the same outlet is used again, with the same messages.
 */
export interface Outlet {
  /**
   * Hands over messages in order; resolves when the backbone has confirmed all of them. Where it will never
   * carry one of them it throws `MessageNotCarriedError`: then that one was not handed over, nor
   * what follows it of its key. Others may have been, and come again.
   */
  publish(messages: readonly Envelope[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * The receiving half. One `receive` at a time, and each delivery is acknowledged before the next
 * is asked for; closing it hands back what was not.
 */
export interface Inlet {
  /**
   * The next messages, at most `limit`; waits until there are some. Answers with none when the
   * signal aborts, when it was closed, and when it was woken and found nothing, so that whoever
   * asked hears that nothing is left. It never answers with none over and over. A delivery of
   * marks alone is taken and acknowledged like another.
   */
  receive(options: { readonly limit: number; readonly signal: AbortSignal }): Promise<Delivery>;
  /**
   * Whether nothing that is already published is still on its way here, or delivered and not yet
   * acknowledged. It answers from what it was told, at no cost: it is asked very often.
   */
  isDrained(): Promise<boolean>;
  /**
   * As `isDrained`, but looks at what is there now: for whoever knows of something published by
   * another process, and must not pass it by. Where messages come from a log that has an epoch, the
   * answer is false unless that is the epoch which they know of; left out, it may be any.
   */
  lookAgain(epoch?: string): Promise<boolean>;
  /**
   * Whether all up to a place in the publisher's log was delivered and acknowledged, or is not what
   * is taken from it: from what is known already, asking nobody. Only where messages come from a log.
   */
  hasPassed?(place: { readonly epoch: string; readonly position: number }): boolean;
  /**
   * Where a publisher drops old messages: those of the contracts that are taken from the beginning
   * which are not there any more, each with the position of the last one.
   */
  readonly missing?: readonly { readonly contract: string; readonly position: number }[];
  close(): Promise<void>;
}

/**
 * Who takes from another context, and where it has come to. The name of the consumer identifies what
 * it has and has not received.
 */
export interface Consumer extends Listener {
  /**
   * How far the consumer's own log says it has come with each contract; none for a new one. Of one
   * at `FROM_NOW` nothing is delivered that was published before it is first asked for.
   */
  readonly marks: readonly Mark[];
}

/** Some messages, and how to say that they are taken. */
export interface Delivery {
  readonly messages: readonly Envelope[];
  /** To be committed together with the messages; none where the backbone keeps count. */
  readonly marks: readonly Mark[];
  /** Called after the commit; what is not acknowledged comes again. */
  acknowledge(): Promise<void>;
}

/** An integration event on its way: what CloudEvents carries, in our words. */
export interface Envelope {
  readonly id: string;
  /** The publishing context. */
  readonly source: string;
  /** The contract's name. */
  readonly type: string;
  readonly schemaVersion: number;
  readonly key: string;
  /** JSON text. */
  readonly data: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  /** When its publisher recorded it, in milliseconds since 1970. */
  readonly recordedAt: number;
  readonly correlationId: string;
  readonly causationId: string;
  readonly traceparent: string | null;
  /** JSON text of an object of strings, or null. */
  readonly metadata: string | null;
  /** Where it stands in its publisher's log; left out where the backbone does not know. */
  readonly position?: number;
}

/** The backbone cannot be reached now. */
export class BackboneUnavailableError extends Error {
  override readonly name = 'BackboneUnavailableError';
  readonly code = 'backbone-unavailable';
  readonly retryable = true;
  readonly backbone: string;

  constructor(backbone: string, cause: unknown) {
    super(
      `The backbone ${backbone} cannot be reached${reasonOf(cause)}. Nothing is lost: messages wait in the ` +
        `outbox. Look whether it runs and can be reached from here.`,
      { cause },
    );
    this.backbone = backbone;
  }
}

const REASON_CHARACTERS_MAX = 300;

/** What the client says: that tells a wrong password or address from a server that is down. */
function reasonOf(cause: unknown): string {
  const { message = cause, code } = (cause ?? {}) as { message?: unknown; code?: unknown };
  // Where several addresses were tried in vain there is a code alone.
  const said = typeof message === 'string' && message.trim() !== '' ? message : code;
  if (typeof said !== 'string') return '';
  const line = said.trim().replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  return ` (${shortText(line, REASON_CHARACTERS_MAX)})`;
}

/**
 * The backbone will never carry this message as its servers are set now: it is too large for them, most
 * likely. The relay parks it, and lets other keys pass.
 */
export class MessageNotCarriedError extends Error {
  override readonly name = 'MessageNotCarriedError';
  readonly code = 'message-not-carried';
  readonly retryable = false;
  readonly backbone: string;
  readonly messageId: string;

  /** `why` says what keeps it, and what to do about that, in whole sentences. */
  constructor(backbone: string, messageId: string, why: string, options?: ErrorOptions) {
    super(`The backbone ${backbone} does not carry the message "${messageId}". ${why}`, options);
    this.backbone = backbone;
    this.messageId = messageId;
  }
}

/** What went wrong, as the port says that a backbone cannot be reached. */
export function asUnavailable(backbone: string, cause: unknown): BackboneUnavailableError {
  return cause instanceof BackboneUnavailableError
    ? cause
    : new BackboneUnavailableError(backbone, cause);
}

/** No outage: it does not end by itself. */
export function isForGood(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === false;
}

/**
 * A publisher's log is behind what was already taken from it, or has another epoch: it was
 * restored from a backup or begun anew, so positions mean something else now.
 */
export class LogRestoredError extends Error {
  override readonly name = 'LogRestoredError';
  readonly code = 'log-restored';
  readonly retryable = false;
  readonly source: string;
  readonly consumer: string;

  constructor(source: string, consumer: string, found: string) {
    super(
      `The log of "${source}" ${found}, so it was restored from a backup, or begun ` +
        `anew. "${consumer}" takes nothing more from it until you decide: give it a new epoch (see ` +
        `docs/backup.md), then consumers go on by message id.`,
    );
    this.source = source;
    this.consumer = consumer;
  }
}
