import type { LogReader } from '../log/log.ts';

/** Something that reads a log by a checkpoint of its own name. */
export interface Starting {
  readonly name: string;
  readonly kind: 'reaction' | 'effect' | 'process' | 'read-model';
  readonly startFrom: 'beginning' | 'now' | undefined;
  /** The contracts of other contexts that it listens to, by name. */
  readonly contracts: readonly string[];
}

/** Where everything begins, and what the wiring still has to say. */
export interface Start {
  /** By name of the subscription. */
  readonly positions: ReadonlyMap<string, number>;
  /** The contracts of which nothing is taken in that is published already. */
  readonly fromNow: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/**
 * Where each subscription that has no checkpoint yet begins. A read model begins at the beginning.
 * A reaction or effect that is new on a log with a past must say: whether old events still mean
 * something to do is a decision that nobody else can take.
 *
 * The past of a contract that is listened to for the first time comes into this log only now. It
 * must not reach whoever begins now, so it is left out when all who listen to it do; when some want
 * it and some must not have it, the wiring is refused.
 */
export async function startPositions(
  log: Pick<LogReader, 'head' | 'checkpoints' | 'marks'>,
  starting: readonly Starting[],
): Promise<Start> {
  const head = await log.head();
  const known = new Set((await log.checkpoints()).map((checkpoint) => checkpoint.subscription));
  const positions = new Map<string, number>();
  const problems: string[] = [];
  for (const { name, kind, startFrom } of starting) {
    positions.set(name, startFrom === 'now' ? head : 0);
    const mustSay = kind !== 'read-model' && head > 0 && startFrom === undefined;
    if (mustSay && !known.has(name))
      problems.push(
        `"${name}" is new on a log that is not empty; say startFrom: 'beginning' or 'now'`,
      );
  }
  const fromNow = new Set<string>();
  const isNow = ({ name, startFrom }: Starting): boolean =>
    head > 0 && startFrom === 'now' && !known.has(name);
  for (const [contract, listeners] of await newlyListenedTo(log, starting)) {
    const [first] = listeners.filter(isNow);
    const other = listeners.find((listener) => !isNow(listener));
    if (first !== undefined && other !== undefined)
      problems.push(
        `"${first.name}" begins now, and "${other.name}" wants the past of "${contract}", which ` +
          `this context has not listened to before; add "${other.name}" first, and ` +
          `"${first.name}" when the past was taken in`,
      );
    else if (first !== undefined) fromNow.add(contract);
  }
  return { positions, fromNow, problems };
}

async function newlyListenedTo(
  log: Pick<LogReader, 'marks'>,
  starting: readonly Starting[],
): Promise<ReadonlyMap<string, readonly Starting[]>> {
  const listenedTo = new Set((await log.marks()).map(({ contract }) => contract));
  const contracts = new Set(starting.flatMap((part) => part.contracts));
  return new Map(
    [...contracts]
      .filter((contract) => !listenedTo.has(contract))
      .map((contract) => [contract, starting.filter((part) => part.contracts.includes(contract))]),
  );
}
