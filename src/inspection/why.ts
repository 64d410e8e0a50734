import type { StoredRecord } from '../log/record.ts';
import { sourcesOf } from '../runtime/context-map.ts';
import { nameText } from '../telemetry/safe-text.ts';
import { worstFirst } from './level.ts';
import { listedSubscriptions } from './listed-subscriptions.ts';
import { type Inspected, emptyHint, withLogs } from './open-logs.ts';
import { QuestionError } from './question-error.ts';
import { diagnosisOf } from './runners.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';
import { type WhyAnswer, answer } from './why-answer.ts';
import { type MessageQuestion, borderRow, whyPublished, waitingAtBorder } from './why-message.ts';
import { type WhyLog, whyHere } from './why-subscription.ts';

/** At most so many records of one action are looked through for what a record was published as. */
const RECORDS_MAX = 10_000;

/** Why a record has, or has not, been handled by those that should. */
export interface Why {
  readonly id: string;
  /** It, in each log that has it, and what it was published as. */
  readonly records: readonly ShownRecord[];
  /** One for each that should handle it, the most urgent first; of one that is asked for, also why it need not. */
  readonly answers: readonly WhyAnswer[];
}

export interface WhyQuestion {
  /** A record's id: also a message has it in each log that it was taken into. */
  readonly id: string;
  /** Only this one: a subscription, `relay`, or `intake from SOURCE`. */
  readonly subscription?: string | undefined;
}

/**
 * Why a record has not been handled: asked of its own log, and of all into which it was published.
 *
 * @throws {QuestionError} when nothing is known of it, or there is no subscription of that name.
 */
export async function why(config: Inspected, question: WhyQuestion): Promise<Why> {
  return withLogs(config, undefined, async (opened) => {
    const logs: WhyLog[] = [];
    for (const open of opened)
      logs.push({ ...open, diagnosis: await diagnosisOf(config.store, open.name) });
    const { id, subscription } = question;
    const asked: MessageQuestion = { config, logs, isAll: subscription !== undefined };
    const found = await answersAbout(asked, id);
    if (found === undefined) throw await nothingKnown(question, logs, config.store.name);
    const chosen = found.answers.filter(
      (each) => subscription === undefined || each.subscription === subscription,
    );
    if (subscription !== undefined && chosen.length === 0)
      throw noSuchSubscription(subscription, found.answers, logs);
    return { id, records: found.records, answers: chosen.toSorted(byLevel) };
  });
}

interface FoundAnswers {
  readonly records: readonly ShownRecord[];
  readonly answers: readonly WhyAnswer[];
}

async function answersAbout(
  question: MessageQuestion,
  id: string,
): Promise<FoundAnswers | undefined> {
  const found: { open: WhyLog; record: StoredRecord }[] = [];
  for (const open of question.logs)
    for (const record of await open.log.recordsById([id])) found.push({ open, record });
  if (found.length === 0) return answersAtBorders(question, id);
  const answers: WhyAnswer[] = [];
  // What was taken in is told where it was published, if that is known here.
  const origins = found.filter(({ record }) => record.direction !== 'incoming');
  for (const { open, record } of origins.length > 0 ? [...origins] : [...found]) {
    answers.push(...(await whyHere(open, record, question.isAll)));
    for (const published of await publishedAs(open, record)) {
      if (published !== record) {
        found.push({ open, record: published });
        answers.push(...(await whyHere(open, published, false)));
      }
      answers.push(...(await whyPublished(question, open, published)));
    }
  }
  const records = found.map(({ open, record }) => shownRecord(open.vocabulary, record));
  return { records, answers };
}

/** A message itself; what an event of an aggregate was published as, in the same commit. */
async function publishedAs(
  { log }: WhyLog,
  record: StoredRecord,
): Promise<readonly StoredRecord[]> {
  if (record.direction === 'outgoing') return [record];
  if (record.direction !== 'domain') return [];
  const ofAction = await log.recordsOfAction(record.correlationId, RECORDS_MAX);
  return ofAction.filter(
    ({ direction, causationId }) => direction === 'outgoing' && causationId === record.id,
  );
}

/** A message of a system that is not ours, which no log has: it waits, or was taken in and dropped. */
async function answersAtBorders(
  question: MessageQuestion,
  id: string,
): Promise<FoundAnswers | undefined> {
  const answers: WhyAnswer[] = [];
  for (const consumer of question.logs)
    for (const source of sourcesOf(consumer.context, question.config.contexts)) {
      const row = await borderRow(consumer, source, id);
      if (row !== undefined) answers.push(...(await waitingAtBorder(consumer, row)));
      else if ((await consumer.log.received(source, [id])).has(id))
        answers.push(
          answer({
            context: consumer.name,
            subscription: `intake from ${source}`,
            kind: 'intake',
            recordId: id,
            type: '',
            state: { is: 'dropped' },
          }),
        );
    }
  return answers.length === 0 ? undefined : { records: [], answers };
}

function byLevel(a: WhyAnswer, b: WhyAnswer): number {
  return worstFirst(a.level, b.level);
}

async function nothingKnown(
  { id }: WhyQuestion,
  logs: readonly WhyLog[],
  storeName: string,
): Promise<QuestionError> {
  const where = logs.map(({ name }) => nameText(name)).join(', ');
  return new QuestionError(
    'nothing-found',
    `Nothing is known of ${JSON.stringify(id)} in ${where} (${storeName}). Give the id of a record or ` +
      `of a message; thereupon trace finds those of an aggregate, an action or a command.` +
      (await emptyHint(logs, storeName)),
  );
}

function noSuchSubscription(
  subscription: string,
  answers: readonly WhyAnswer[],
  logs: readonly WhyLog[],
): QuestionError {
  const listed = logs.flatMap(({ context }) => listedSubscriptions(context));
  const names = [...listed.map(({ name }) => name), ...answers.map((each) => each.subscription)];
  const known = [...new Set(names)].map((name) => JSON.stringify(name)).join(', ');
  const isListed = listed.some(({ name }) => name === subscription);
  return new QuestionError(
    isListed ? 'nothing-found' : 'asked-wrongly',
    isListed
      ? `${JSON.stringify(subscription)} is of a context into which this record has not come. Ask without --subscription.`
      : `There is no subscription ${JSON.stringify(subscription)} that has to do with it. Take one of: ${known}.`,
  );
}
