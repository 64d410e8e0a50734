import { BORDER_READ_MAX, borderSubscription, messageOf } from '../backbone/border.ts';
import { RELAY } from '../backbone/relay.ts';
import { publishedContracts } from '../context/bounded-context.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { contractsFrom } from '../runtime/context-map.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { countWanted } from './count-wanted.ts';
import { discardOf } from './discards.ts';
import { type IntakePlace, intakePlaces } from './intake-places.ts';
import { isRelayed } from '../backbone/is-relayed.ts';
import { relayCheckpoint } from './relay-checkpoint.ts';
import { ownerOf, runningOf } from './runners.ts';
import { type WhyAnswer, type WhyState, answer } from './why-answer.ts';
import { type WhyLog, rowsOf, waitingAnswer, whyHere } from './why-subscription.ts';

const ALL_SLOTS = { firstSlot: 0, lastSlot: 255 };

/** What is asked of a message that a context has published. */
export interface MessageQuestion {
  readonly config: ThereuponConfig;
  /** Of all contexts. */
  readonly logs: readonly WhyLog[];
  readonly isAll: boolean;
}

/** Follows a published record: through the outbox, into each context that listens to it. */
export async function whyPublished(
  question: MessageQuestion,
  publisher: WhyLog,
  record: StoredRecord,
): Promise<readonly WhyAnswer[]> {
  const { config, logs } = question;
  const answers: WhyAnswer[] = [];
  const isHandedOver = isRelayed(config.backbone, publisher.name);
  const relay = isHandedOver ? await relayAnswer(publisher, record) : undefined;
  if (relay !== undefined) answers.push(relay);
  for (const consumer of logs) {
    if (consumer.name === publisher.name) continue;
    const contracts = contractsFrom(publisher.name, consumer.context, config.contexts);
    if (!contracts.some(({ name }) => name === record.type)) continue;
    // Whoever has it already has it, whatever the relay says; otherwise it cannot come before.
    const isInOutbox = relay !== undefined && relay.state.is !== 'handed-over';
    answers.push(...(await consumerAnswers(question, { publisher, consumer, record, isInOutbox })));
  }
  return answers;
}

interface Passage {
  readonly publisher: WhyLog;
  readonly consumer: WhyLog;
  readonly record: StoredRecord;
  readonly isInOutbox: boolean;
}

async function relayAnswer(publisher: WhyLog, record: StoredRecord): Promise<WhyAnswer> {
  const { id, type, position } = record;
  const about = { context: publisher.name, subscription: RELAY, kind: 'relay' } as const;
  const named = { ...about, recordId: id, type };
  const rows = await rowsOf(publisher, record);
  const row = rows.find(({ subscription }) => subscription === RELAY);
  if (row !== undefined) {
    const [waiting] = await waitingAnswer(publisher, row, named);
    if (waiting !== undefined) return waiting;
  }
  const checkpoint = await relayCheckpoint(publisher.log);
  if (checkpoint === undefined) return answer({ ...named, state: { is: 'not-started' } });
  if (checkpoint.position >= position) {
    const discard = await discardOf(publisher.log, RELAY, id);
    return answer({ ...named, state: discard ?? { is: 'handed-over' } });
  }
  const types = publishedContracts(publisher.context).map(({ name }) => name);
  const interest = { types, directions: ['outgoing'] as const, wants: () => true };
  const bounds = { after: checkpoint.position, upTo: position - 1 };
  const before = await countWanted(publisher.log, interest, bounds);
  const state = notReachedBy(publisher, RELAY, checkpoint.position, before);
  return answer({ ...named, state });
}

async function consumerAnswers(
  question: MessageQuestion,
  passage: Passage,
): Promise<readonly WhyAnswer[]> {
  const { publisher, consumer, record } = passage;
  const { id, type } = record;
  const subscription = borderSubscription(publisher.name);
  const named = {
    context: consumer.name,
    subscription,
    kind: 'intake',
    recordId: id,
    type,
  } as const;
  const [taken] = (await consumer.log.recordsById([id])).filter(
    ({ source, direction }) => source === publisher.name && direction === 'incoming',
  );
  if (taken !== undefined)
    return [
      answer({ ...named, state: { is: 'taken-in' } }),
      ...(await whyHere(consumer, taken, question.isAll)),
    ];
  const row = await borderRow(consumer, publisher.name, id);
  if (row !== undefined) return waitingAnswer(consumer, row, named);
  if (passage.isInOutbox) return [];
  const received = await consumer.log.received(publisher.name, [id]);
  if (received.has(id)) return [answer({ ...named, state: { is: 'dropped' } })];
  const discard = await discardOf(consumer.log, subscription, id);
  const state = discard ?? (await notTakenIn(question, passage, subscription));
  return [answer({ ...named, state })];
}

/** A message that waits at the border of a context, which no log has. */
export async function borderRow(
  consumer: WhyLog,
  source: string,
  id: string,
): Promise<WaitingRow | undefined> {
  const subscription = borderSubscription(source);
  const rows = await consumer.log.waiting({ subscription, limit: BORDER_READ_MAX });
  return rows.find(({ recordId }) => recordId === id);
}

/** What is known of a message from a row at the border alone. */
export function waitingAtBorder(consumer: WhyLog, row: WaitingRow): Promise<readonly WhyAnswer[]> {
  const { subscription, recordId } = row;
  const { type } = messageOf(row);
  return waitingAnswer(consumer, row, {
    context: consumer.name,
    subscription,
    kind: 'intake',
    recordId,
    type,
  });
}

async function notTakenIn(
  { config }: MessageQuestion,
  { publisher, consumer, record }: Passage,
  subscription: string,
): Promise<WhyState> {
  const { processes } = runningOf(consumer.diagnosis);
  const isRun = processes === null ? null : processes.length > 0;
  if (isRelayed(config.backbone, publisher.name)) return { is: 'on-its-way', isRun };
  const all = contractsFrom(publisher.name, consumer.context, config.contexts);
  const contracts = all.map(({ name }) => name);
  const marks = await consumer.log.marks();
  const places = await intakePlaces(config.store, publisher.log, { marks, contracts });
  const place = places.get(record.type) as IntakePlace;
  if (place.is === 'not-started') return { is: 'not-started' };
  if (place.is !== 'reached')
    return { is: place.is === 'from-now' ? 'left-out' : 'source-restored' };
  if (place.position >= record.position) return { is: 'left-out' };
  const interest = { types: contracts, directions: ['outgoing'] as const, wants: () => true };
  const bounds = { after: place.position, upTo: record.position - 1 };
  const before = await countWanted(publisher.log, interest, bounds);
  const state = notReachedBy(consumer, subscription, place.position, before);
  const heldBy = publisher.diagnosis?.heldBy ?? null;
  return heldBy !== null && heldBy.heldAt < record.position ? { ...state, heldBy } : state;
}

function notReachedBy(
  { diagnosis }: WhyLog,
  part: string,
  position: number,
  before: { readonly count: number; readonly isMore: boolean },
): Extract<WhyState, { is: 'not-reached' }> {
  const running = runningOf(diagnosis);
  return {
    is: 'not-reached',
    position,
    before: before.count,
    isMore: before.isMore,
    owner: ownerOf(running, part, ALL_SLOTS),
    isRun: running.processes === null ? null : running.processes.length > 0,
    paused: null,
    failing: null,
    heldBy: null,
  };
}
