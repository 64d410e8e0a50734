import type { Host } from '../host/host.ts';
import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import { isFull, PAGE_CHARACTERS_MAX } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Checkpoint } from '../log/write-set.ts';
import { FencedError } from '../subscription/fenced.ts';
import type { RetryPolicy } from '../subscription/retry-policy.ts';
import { SLOTS } from '../subscription/slot.ts';
import type { Decision } from '../subscription/subscription.ts';
import { Wake } from '../subscription/wake.ts';
import type { Logger } from '../telemetry/logger.ts';
import { MessageNotCarriedError, type Outlet } from './backbone.ts';
import { envelopeOf } from './envelope-of-record.ts';
import { HeldBack } from './held-back.ts';
import { logSetAside } from './intake-lines.ts';
import { RelayQueue } from './relay-queue.ts';
import { OUTAGE_POLICY, Trouble } from './trouble.ts';

/** The name of the relay's checkpoint in each log. */
export const RELAY = 'relay';
const BATCH_SIZE_MAX = 256;
/** So many batches, of different keys, may be unconfirmed at a time. */
const BATCHES_MAX = 4;
const READ_AHEAD_MAX = 4 * BATCH_SIZE_MAX;
/** It reads no further while so many characters are unconfirmed. */
const READ_AHEAD_CHARACTERS = 8_388_608;
/** How long a stop waits for the backbone to confirm. What it does not is handed over again. */
const STOP_TIMEOUT_MS = 5_000;

export interface RelayOptions {
  /** The publishing context. */
  readonly context: string;
  readonly outlet: Outlet;
  readonly log: Log;
  readonly committer: Committer;
  readonly host: Host;
  readonly logger: Logger;
  /** Who works here: names the holder of the checkpoint. */
  readonly owner: string;
  /** Told when handing over is in trouble, and (with undefined) when it goes on again. */
  readonly onProblem?: ((problem: unknown) => void) | undefined;
  /** Called for each message that was parked, since the backbone does not carry it. */
  readonly onParked?: ((row: WaitingRow) => void) | undefined;
  /** Called when something was handed over, and when nothing more was found. */
  readonly onProgress?: (() => void) | undefined;
  readonly retry?: RetryPolicy;
}

/**
 * Hands what a context has published to the backbone: in batches, in order per key, batches of
 * different keys side by side. The checkpoint moves only over what the backbone has confirmed, so
 * after a crash some messages are handed over again, and none is left out. An outage is waited
 * for; it parks nothing. A message that the backbone will never carry is parked, and holds back its
 * key only.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #queue = new RelayQueue();
  readonly #heldBack: HeldBack;
  readonly #wake = new Wake();
  readonly #trouble: Trouble<Part>;
  readonly #stopping = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  readonly #stops: (() => void)[] = [];
  #checkpoint: Checkpoint | undefined;
  #readUpTo = 0;
  #isStale = true;
  #isReading = false;
  #isLost = false;
  /** Of how many keys something that was held back goes now. */
  #lettingGo = 0;
  #moving: Promise<void> | undefined;
  #failure: Failure | undefined;
  #running: Promise<void> | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    const policy = options.retry ?? OUTAGE_POLICY;
    this.#trouble = new Trouble({ ...options, about: RELAY, policy });
    const { log, committer } = options;
    this.#heldBack = new HeldBack({
      log,
      committer,
      clock: options.host.clock,
      hand: (record) => this.#hand([record]),
      onRow: (row) => this.#setAside(row),
    });
  }

  /** What keeps it from handing over now, if anything. */
  get problem(): unknown {
    return this.#trouble.problem;
  }

  /** Whether another process hands over by now. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Takes over the checkpoint and begins. It waits for its own log, not for the backbone. */
  async start(): Promise<void> {
    const { log, committer, owner } = this.#options;
    const range = { subscription: RELAY, firstSlot: 0, lastSlot: SLOTS - 1 };
    const claim = { ...range, owner, fingerprint: RELAY, position: 0 };
    const [checkpoint] = (await log.claim(claim)) as [Checkpoint];
    this.#checkpoint = checkpoint;
    this.#readUpTo = checkpoint.position;
    await this.#heldBack.load(checkpoint);
    this.#stops.push(
      log.onChange((by) => by === 'foreign' && this.#look()),
      committer.onCommitted(
        ({ records }) => records?.some(({ direction }) => direction === 'outgoing') && this.#look(),
      ),
    );
    this.#running = this.#run();
  }

  /** Hands over nothing more, waits a while for what is under way, and keeps what is confirmed. */
  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#stopping.abort();
    this.#wake.ring();
    await this.#running;
    const { clock } = this.#options.host;
    const ended = new AbortController();
    const confirmed = Promise.all([...this.#sending, this.#heldBack.idle()]).then(() =>
      ended.abort(),
    );
    await Promise.race([confirmed, clock.sleep(STOP_TIMEOUT_MS, ended.signal)]);
    await this.#moving;
    await this.#moveOn();
    await this.#options.outlet.close();
  }

  /** Whether all that was published is confirmed, and that is kept. */
  async isIdle(): Promise<boolean> {
    return this.#isDone();
  }

  /**
   * Does with a parked message what a person has decided, and hands over what is held behind it. Answers
   * false when it is not parked any more.
   */
  async decide(row: WaitingRow, decision: Decision): Promise<boolean> {
    try {
      return await this.#heldBack.decide(row, decision);
    } finally {
      this.#wake.ring();
    }
  }

  #isDone(): boolean {
    const hasReadAll = !this.#isStale && !this.#isReading;
    const hasLetGo = !this.#heldBack.hasFree && this.#lettingGo === 0;
    return hasReadAll && this.#queue.isEmpty && hasLetGo && this.#moving === undefined;
  }

  #look(): void {
    this.#isStale = true;
    this.#wake.ring();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (this.#isStale && this.#hasRoom) await this.#read();
      this.#send();
      this.#letGo();
      this.#startMoving();
      if (this.#isDone()) this.#options.onProgress?.();
      if (this.#failure === undefined) await this.#wake.sleep();
      if (this.#failure !== undefined) await this.#waitOut(this.#failure, signal);
    }
  }

  get #hasRoom(): boolean {
    return this.#queue.size < READ_AHEAD_MAX && this.#queue.characters < READ_AHEAD_CHARACTERS;
  }

  async #waitOut({ part, error }: Failure, signal: AbortSignal): Promise<void> {
    if (error instanceof FencedError) {
      this.#isLost = true;
      this.#trouble.report(part, error);
      this.#stopping.abort();
    }
    await this.#trouble.failed(part, error, signal);
    // Only now: batches that fail meanwhile are of the same trouble.
    this.#failure = undefined;
  }

  async #read(): Promise<void> {
    // Before the read: what is committed during it makes it stale again.
    this.#isStale = false;
    this.#isReading = true;
    try {
      const bound = { limit: READ_AHEAD_MAX, charactersMax: PAGE_CHARACTERS_MAX };
      const query = { after: this.#readUpTo, ...bound, directions: ['outgoing'] } as const;
      const records = await this.#options.log.read(query);
      this.#queue.add(records);
      this.#readUpTo = records.at(-1)?.position ?? this.#readUpTo;
      if (isFull(records, bound)) this.#isStale = true;
      this.#trouble.succeeded('reading');
    } catch (error) {
      this.#isStale = true;
      this.#failure ??= { part: 'reading', error };
    } finally {
      this.#isReading = false;
    }
  }

  #send(): void {
    while (this.#failure === undefined && this.#sending.size < BATCHES_MAX) {
      const batch = this.#queue.take(BATCH_SIZE_MAX);
      if (batch.length === 0) return;
      const sending = this.#publish(batch).finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    }
  }

  /** What cannot be carried is parked, and then the same batch is given out again without it. */
  async #publish(batch: readonly StoredRecord[]): Promise<void> {
    try {
      await this.#hand(await this.#heldBack.hold(batch));
      this.#queue.confirm(batch);
    } catch (error) {
      const failure = await this.#parked(batch, error);
      // Only now: what failed while that was kept stays the failure.
      this.#failure ??= failure;
      this.#queue.handBack(batch);
    }
    this.#wake.ring();
  }

  async #hand(records: readonly StoredRecord[]): Promise<void> {
    if (records.length === 0) return;
    this.#stopping.signal.throwIfAborted();
    await this.#options.outlet.publish(records.map((record) => envelopeOf(record)));
    this.#tell(records);
    this.#trouble.succeeded('publishing');
    this.#trouble.progressed();
  }

  /** Nothing when the failure is that of one message, which is parked now. */
  async #parked(batch: readonly StoredRecord[], error: unknown): Promise<Failure | undefined> {
    const refused =
      error instanceof MessageNotCarriedError
        ? batch.find(({ id }) => id === error.messageId)
        : undefined;
    if (refused === undefined) return { part: 'publishing', error };
    try {
      await this.#heldBack.park(refused, error as MessageNotCarriedError);
      return undefined;
    } catch (failure) {
      return { part: 'publishing', error: failure };
    }
  }

  #setAside(row: WaitingRow): void {
    const { logger, context, onParked } = this.#options;
    logSetAside(logger, { context }, row);
    if (row.kind === 'parked') onParked?.(row);
  }

  /** Of a key of which a person has decided while the backbone could not be reached. */
  #letGo(): void {
    if (this.#failure !== undefined) return;
    for (const key of this.#heldBack.takeFree()) {
      this.#lettingGo += 1;
      const going = this.#heldBack
        .letGo(key)
        .catch((error: unknown) => void (this.#failure ??= { part: 'publishing', error }))
        .finally(() => {
          this.#lettingGo -= 1;
          this.#sending.delete(going);
          this.#wake.ring();
        });
      this.#sending.add(going);
    }
  }

  #startMoving(): void {
    if (this.#queue.confirmedUpTo <= (this.#checkpoint?.position ?? 0)) return;
    this.#moving ??= this.#moveOn().finally(() => {
      this.#moving = undefined;
      this.#wake.ring();
    });
  }

  /** Moves the checkpoint over what is confirmed without a gap, as far as that goes meanwhile. */
  async #moveOn(): Promise<void> {
    try {
      for (;;) {
        const checkpoint = this.#checkpoint as Checkpoint;
        const to = this.#queue.confirmedUpTo;
        if (to <= checkpoint.position) return;
        await this.#move(checkpoint, to);
        this.#trouble.succeeded('keeping');
      }
    } catch (error) {
      this.#failure ??= { part: 'keeping', error };
    }
  }

  async #move(checkpoint: Checkpoint, to: number): Promise<void> {
    const { subscription, firstSlot, epoch, position: from } = checkpoint;
    const moves = [{ subscription, firstSlot, epoch, from, to }];
    const outcome = await this.#options.committer.commit({ moves });
    this.#checkpoint =
      outcome.kind === 'committed' ? { ...checkpoint, position: to } : await this.#lookUp(epoch);
    this.#queue.forget(this.#checkpoint.position);
  }

  /** Refused: either an answer was lost and it stands elsewhere, or it is somebody else's now. */
  async #lookUp(epoch: number): Promise<Checkpoint> {
    const checkpoints = await this.#options.log.checkpoints();
    const found = checkpoints.find(
      (checkpoint) => checkpoint.subscription === RELAY && checkpoint.epoch === epoch,
    );
    if (found !== undefined) return found;
    throw new FencedError(RELAY);
  }

  #tell(batch: readonly StoredRecord[]): void {
    const { logger, context } = this.#options;
    for (const { id, type, key, correlationId, position } of batch) {
      const facts = { id, type, key, correlationId, position };
      logger.log({ level: 'info', event: 'relayed', context, ...facts });
    }
  }
}

/** The parts of its work that can be in trouble. */
type Part = 'reading' | 'publishing' | 'keeping';

interface Failure {
  readonly part: Part;
  readonly error: unknown;
}
