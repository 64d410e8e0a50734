import type { StoredRecord } from '../log/record.ts';
import type { Checkpoint } from '../log/write-set.ts';
import { contractsFrom } from '../runtime/context-map.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { listedSubscriptions } from './listed-subscriptions.ts';
import type { OpenLog } from './open-logs.ts';
import { diagnosisOf } from './runners.ts';
import type { ReaderKind } from './reader-lag.ts';
import type { WhyAnswer } from './why-answer.ts';
import { whyPublished } from './why-message.ts';
import { type WhyLog, rangeBefore } from './why-subscription.ts';

/** Of at most so many messages of one action it is asked where they are. */
const MESSAGES_MAX = 100;

/** Who is to handle a record, or take it in, and has not come to it yet. */
export interface NotReached {
  readonly context: string;
  readonly subscription: string;
  readonly kind: ReaderKind;
}

/** Which subscriptions of its own context have not come to a record. */
export function notReachedHere(
  open: OpenLog,
  record: StoredRecord,
  checkpoints: readonly Checkpoint[],
): NotReached[] {
  return listedSubscriptions(open.context)
    .filter(({ interest }) => interest.wants(record))
    .filter((listed) => rangeBefore(open, listed, record, checkpoints) !== undefined)
    .map(({ name, kind }) => ({ context: open.name, subscription: name, kind }));
}

/** A message, and the contexts in which it is found. */
export interface FoundMessage {
  readonly publisher: OpenLog;
  readonly record: StoredRecord;
  readonly takenInBy: ReadonlySet<string>;
}

/** Where messages are that have not been taken in by all who listen to them, by their ids. */
export async function onTheirWay(
  config: ThereuponConfig,
  logs: readonly OpenLog[],
  messages: readonly FoundMessage[],
): Promise<ReadonlyMap<string, readonly NotReached[]>> {
  const missing = messages.filter((each) => isMissing(config, logs, each)).slice(0, MESSAGES_MAX);
  const found = new Map<string, readonly NotReached[]>();
  if (missing.length === 0) return found;
  const asked: WhyLog[] = [];
  for (const open of logs)
    asked.push({ ...open, diagnosis: await diagnosisOf(config.store, open.name) });
  for (const { publisher, record } of missing) {
    const own = asked.find(({ name }) => name === publisher.name) as WhyLog;
    const answers = await whyPublished({ config, logs: asked, isAll: false }, own, record);
    found.set(record.id, answers.filter(isUnderWay).map(toldShort));
  }
  return found;
}

function isMissing(
  { contexts }: ThereuponConfig,
  logs: readonly OpenLog[],
  { publisher, record, takenInBy }: FoundMessage,
): boolean {
  return logs.some(
    ({ name, context }) =>
      name !== publisher.name &&
      !takenInBy.has(name) &&
      contractsFrom(publisher.name, context, contexts).some((each) => each.name === record.type),
  );
}

// What has a row is told of as one.
function isUnderWay({ kind, state: { is } }: WhyAnswer): boolean {
  return (
    (kind === 'relay' || kind === 'intake') &&
    (is === 'not-reached' || is === 'on-its-way' || is === 'source-restored')
  );
}

function toldShort({ context, subscription, kind }: WhyAnswer): NotReached {
  return { context, subscription, kind };
}
