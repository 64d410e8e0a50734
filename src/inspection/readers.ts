import { RELAY } from '../backbone/relay.ts';
import { publishedContracts } from '../context/bounded-context.ts';
import { BUSINESS_TIMERS, TIMER_NAMES } from '../process/timer-row.ts';
import { isBuilding } from '../runtime/building.ts';
import { sourcesOf } from '../runtime/context-map.ts';
import { IMPORTS } from '../runtime/import-request.ts';
import { isInlineMark } from '../runtime/inline-models.ts';
import { OLD_VERSIONS } from '../runtime/old-versions.ts';
import { PAUSES } from '../runtime/pause.ts';
import { REQUESTS } from '../runtime/request.ts';
import { countWanted } from './count-wanted.ts';
import { intakeLag } from './intake-lag.ts';
import { type ListedSubscription, listedSubscriptions } from './listed-subscriptions.ts';
import type { ReaderLag } from './reader-lag.ts';
import { type ReadersQuestion, readerLag, waitingFor } from './readers-question.ts';
import { pauses } from './pauses.ts';
import { isRelayed } from '../backbone/is-relayed.ts';
import { ownerOf } from './runners.ts';
import { subscriptionBehind } from './subscription-lag.ts';

/** So many timers that are overdue are counted. */
const OVERDUE_MAX = 10_000;

/** All that read a context's log, and that take into it. */
export async function readersOf(
  asked: Omit<ReadersQuestion, 'counts' | 'checkpoints' | 'pauses'>,
): Promise<readonly ReaderLag[]> {
  const { log, context } = asked.open;
  const counts = await log.waitingCounts();
  const checkpoints = Map.groupBy(await log.checkpoints(), ({ subscription }) => subscription);
  const question = { ...asked, counts, checkpoints, pauses: await pauses(log) };
  const { config } = asked;
  const readers: ReaderLag[] = [];
  for (const each of listedSubscriptions(context)) readers.push(await listedLag(question, each));
  for (const source of sourcesOf(context, config.contexts))
    readers.push(await intakeLag(question, source));
  if (publishedContracts(context).length > 0 && isRelayed(config.backbone, context.name))
    readers.push(await relayLag(question));
  for (const name of TIMER_NAMES)
    if (waitingFor(question, name).timer !== undefined)
      readers.push(await timersLag(question, name));
  const told = new Set(readers.map(({ name }) => name));
  const others = namesIn(question).filter((name) => !told.has(name));
  for (const name of others) readers.push(await otherLag(question, name));
  return readers;
}

async function listedLag(
  question: ReadersQuestion,
  listed: ListedSubscription,
): Promise<ReaderLag> {
  const { open, running } = question;
  const { name, kind } = listed;
  const checkpoints = question.checkpoints.get(name);
  if (checkpoints === undefined) {
    const isAll = listed.startFrom === 'beginning';
    const behind = isAll ? await countWanted(open.log, listed.interest, { after: 0 }) : null;
    return readerLag(question, { name, kind, state: 'not-started', position: null, behind });
  }
  const { position, behind, byRange } = await subscriptionBehind(open, listed, checkpoints);
  const ranges = byRange.map(({ checkpoint, behind: count }) => ({
    firstSlot: checkpoint.firstSlot,
    lastSlot: checkpoint.lastSlot,
    position: checkpoint.position,
    behind: count,
    owner: ownerOf(running, name, checkpoint),
  }));
  const isDealtOut = running.isShared || ranges.length > 1;
  const told = { position, behind, ranges: isDealtOut ? ranges : [] };
  return readerLag(question, { name, kind, state: 'started', ...told });
}

async function relayLag(question: ReadersQuestion): Promise<ReaderLag> {
  const { log, context } = question.open;
  const [checkpoint] = question.checkpoints.get(RELAY) ?? [];
  const types = publishedContracts(context).map(({ name }) => name);
  const interest = { types, directions: ['outgoing'] as const, wants: () => true };
  const behind = await countWanted(log, interest, { after: checkpoint?.position ?? 0 });
  const state = checkpoint === undefined ? 'not-started' : 'started';
  const position = checkpoint?.position ?? null;
  return readerLag(question, { name: RELAY, kind: 'relay', state, position, behind });
}

/** Of timers those are behind that are overdue. How far business time is nobody sees from here. */
async function timersLag(question: ReadersQuestion, name: string): Promise<ReaderLag> {
  const { open, now } = question;
  const query = { subscription: name, dueBefore: now, limit: OVERDUE_MAX };
  const due = name === BUSINESS_TIMERS ? [] : await open.log.waiting(query);
  const behind = {
    count: due.length,
    isMore: due.length === OVERDUE_MAX,
    firstRecordedAt: due[0]?.due ?? null,
  };
  return readerLag(question, { name, kind: 'timers', state: 'started', position: null, behind });
}

/** What is in the log, and is none of those that the configuration lists. */
function otherLag(question: ReadersQuestion, name: string): Promise<ReaderLag> {
  const positions = (question.checkpoints.get(name) ?? []).map(({ position }) => position);
  const found = isBuilding(name)
    ? ({ kind: 'rebuild', state: 'started' } as const)
    : ({ kind: 'unknown', state: 'not-listed' } as const);
  const position = positions.length === 0 ? null : Math.min(...positions);
  return readerLag(question, { name, ...found, position, behind: null });
}

function namesIn({ counts, checkpoints }: ReadersQuestion): readonly string[] {
  const names = [...checkpoints.keys(), ...counts.map(({ subscription }) => subscription)];
  // Whoever fires timers owns a checkpoint, too.
  const ours = [OLD_VERSIONS, REQUESTS, IMPORTS, PAUSES, ...TIMER_NAMES];
  const isOurs = (name: string): boolean => ours.includes(name);
  return [...new Set(names)].filter((name) => !isInlineMark(name) && !isOurs(name));
}
