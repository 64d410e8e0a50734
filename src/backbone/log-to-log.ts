import { LogReplacedError } from '../log/log-replaced.ts';
import type { PublishedLog } from '../log/store.ts';
import { FROM_NOW, type Mark } from '../log/write-set.ts';
import { type Backbone, type Consumer, type Inlet, LogRestoredError } from './backbone.ts';
import type { Surroundings } from './backbone.ts';
import { BackboneUnavailableError, isForGood } from './backbone.ts';
import { LogInlet } from './log-inlet.ts';
import { PublishedWindow } from './published-window.ts';

/**
 * The backbone that needs no broker: each consumer reads what the publisher's log shows to others,
 * and keeps its place (position and epoch) in its own log, in the commit that takes the messages
 * in. Nothing is relayed, so there is no outlet. A contract that a consumer has no place for yet is
 * read from its beginning, before anything that comes after the places of the others.
 *
 * A publisher that was restored from a backup is recognised: its epoch is another one, or its log
 * ends before the consumer's place. Then nothing is taken from it (`LogRestoredError`) until its
 * log was given a new epoch on purpose. That epoch names its predecessors and how much it shares
 * with each; a consumer goes on from the last position shared, and knows by message ids what it
 * has already taken in.
 *
 * @example
 * const app = await run([ordering, billing], { store: sqlite('./data'), backbone: embedded() });
 */
export function embedded(): Backbone {
  return new LogToLog('embedded');
}

/** The same for what another name is given to, where logs are read that a broker keeps. */
export class LogToLog implements Backbone {
  readonly name: string;
  readonly capabilities = {
    order: 'log',
    replay: true,
    relay: false,
    confirmed: 'synced',
  } as const;
  readonly #keptCharactersMax: ((publisher: string) => number) | undefined;
  readonly #publishers = new Map<string, Promise<Publisher>>();
  #surroundings: Surroundings | undefined;

  /** @param keptCharactersMax so many of the newest are kept, where a publisher's log is one of several */
  constructor(name: string, keptCharactersMax?: (publisher: string) => number) {
    this.name = name;
    this.#keptCharactersMax = keptCharactersMax;
  }

  async start(surroundings: Surroundings): Promise<void> {
    this.#surroundings = surroundings;
  }

  async outlet(): Promise<undefined> {
    return undefined;
  }

  async inlet(consumer: Consumer): Promise<LogInlet> {
    const { log, window } = await this.#publisher(consumer.source);
    const places = await this.#reach(() => startPlaces(log, consumer), window);
    const first = await this.#reach(() => firstMarks(log, consumer, places), window);
    window.addTypes(consumer.contracts);
    const epoch = (): Promise<string> => log.epoch();
    const missing = await this.#reach(() => missingMessages(log, places), window);
    return new LogInlet({ window, epoch, places, first, missing, consumer, backbone: this.name });
  }

  async close(): Promise<void> {
    const publishers = [...this.#publishers.values()];
    this.#publishers.clear();
    this.#surroundings = undefined;
    for (const opening of await Promise.allSettled(publishers)) {
      if (opening.status === 'fulfilled') await opening.value.window.close();
    }
  }

  /** Opened once for all its consumers, and anew when it could not be, or its log was replaced. */
  async #publisher(source: string): Promise<Publisher> {
    const known = this.#publishers.get(source);
    const publisher = await known;
    if (publisher?.window.isReplaced === false) return publisher;
    if (this.#publishers.get(source) !== known) return this.#publisher(source);
    const opening = this.#reach(async () => {
      await publisher?.window.close();
      return this.#open(source);
    });
    this.#publishers.set(source, opening);
    opening.catch(() => this.#publishers.delete(source));
    return opening;
  }

  async #open(source: string): Promise<Publisher> {
    if (this.#surroundings === undefined)
      throw new BackboneUnavailableError(this.name, 'it was not started');
    const log = await this.#surroundings.published(source);
    return { log, window: await PublishedWindow.open(log, this.#keptCharactersMax?.(source)) };
  }

  async #reach<T>(ask: () => Promise<T>, window?: PublishedWindow): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (isForGood(error) || error instanceof BackboneUnavailableError) throw error;
      if (error instanceof LogReplacedError) window?.markReplaced(error);
      throw new BackboneUnavailableError(this.name, error);
    }
  }
}

interface Publisher {
  readonly log: PublishedLog;
  readonly window: PublishedWindow;
}

/** Where a consumer goes on reading each contract. */
async function startPlaces(
  log: PublishedLog,
  consumer: Consumer,
): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  // Once for all of them: to be sure of it a log may have to wait for its disk.
  let asked: Promise<number> | undefined;
  const head = (): Promise<number> => (asked ??= log.head());
  for (const contract of consumer.contracts) {
    const mark = consumer.marks.find((candidate) => candidate.contract === contract);
    places.set(contract, mark === undefined ? 0 : await startPlace(log, head, consumer, mark));
  }
  return places;
}

/** Where those begin that begin now: to be kept before anything is read. */
async function firstMarks(
  log: PublishedLog,
  consumer: Consumer,
  places: ReadonlyMap<string, number>,
): Promise<readonly Mark[]> {
  const epoch = await log.epoch();
  return consumer.marks
    .filter(({ contract, position }) => position === FROM_NOW && places.has(contract))
    .map((mark) => ({ ...mark, epoch, position: places.get(mark.contract) ?? 0 }));
}

/** What those who begin at the beginning do not get any more. */
async function missingMessages(
  log: PublishedLog,
  places: ReadonlyMap<string, number>,
): Promise<Inlet['missing'] & {}> {
  if (![...places.values()].includes(0)) return [];
  const dropped = (await log.dropped?.()) ?? [];
  return dropped
    .filter(({ direction, type }) => direction === 'outgoing' && places.get(type) === 0)
    .map(({ type, position }) => ({ contract: type, position }));
}

async function startPlace(
  log: PublishedLog,
  head: () => Promise<number>,
  consumer: Consumer,
  mark: Mark,
): Promise<number> {
  if (mark.position === 0) return 0;
  if (mark.position === FROM_NOW) return head();
  const epoch = await log.epoch();
  if (epoch !== mark.epoch) return sharedPosition(log, consumer, mark);
  const end = await head();
  if (end < mark.position) {
    const found = `ends at position ${end}, ${mark.position} was already taken from it`;
    throw new LogRestoredError(consumer.source, consumer.consumer, found);
  }
  return mark.position;
}

/** What a consumer has of an earlier epoch is what the log still has, up to where they part. */
async function sharedPosition(log: PublishedLog, consumer: Consumer, mark: Mark): Promise<number> {
  const predecessors = (await log.predecessors?.()) ?? [];
  const known = predecessors.find((predecessor) => predecessor.epoch === mark.epoch);
  if (known !== undefined) return Math.min(mark.position, known.upTo);
  const found = `has the epoch ${await log.epoch()} instead of ${mark.epoch}`;
  throw new LogRestoredError(consumer.source, consumer.consumer, found);
}
