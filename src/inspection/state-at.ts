import { type AnyAggregate, aggregateOfStream } from '../aggregate/aggregate.ts';
import { evolveState } from '../aggregate/load-state.ts';
import type { Vocabulary } from '../context/vocabulary.ts';
import type { LogReader } from '../log/log.ts';
import { PAGE_CHARACTERS_MAX, isFull } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import { type FieldChange, fieldChanges } from '../message/field-changes.ts';
import { whyNotJson } from '../message/not-json.ts';
import { nameText } from '../telemetry/safe-text.ts';
import type { OpenLog } from './open-logs.ts';
import { QuestionError } from './question-error.ts';
import { type ShownRecord, hasPersonalFields, maskedEvent, shownRecord } from './shown-record.ts';

/** So many records are read at once. */
const PAGE = 500;

/**
 * A moment in a stream's life: a version, 0 for before its first event; or a time, in milliseconds
 * since 1970. That is before the first event which occurred (by business time), or was recorded,
 * later than that: so nothing is in the state that had not happened yet. Whoever asks what was the
 * case means the business time; whoever asks what the application knew means the other.
 */
export type Moment =
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'time'; readonly time: number; readonly by: 'occurredAt' | 'recordedAt' };

/** An aggregate as it was at a version, and what made it so. */
export interface StateAt {
  readonly context: string;
  readonly stream: string;
  readonly version: number;
  /** The version that the stream has now. */
  readonly lastVersion: number;
  /** The event of this version; null before the first one. */
  readonly event: ShownRecord | null;
  /** As JSON; null when it cannot be shown: see `problem`. */
  readonly state: unknown;
  /** What the event changed, against the version before. */
  readonly changes: readonly FieldChange[];
  /** Personal fields were masked before it was folded: what is made of them is not the real state. */
  readonly isMasked: boolean;
  /** Why the state is not here, or not whole. */
  readonly problem: string | null;
}

/**
 * The state of an aggregate instance at a moment: folded from the first event on by the wiring's
 * `initial` and `evolve`. `evolve` may put what is personal anywhere, so it is never shown any of
 * it: personal fields are masked in the events before they are folded. An `evolve` that cannot do
 * without them fails; that is told as a problem, and the event is shown all the same.
 *
 * @throws {QuestionError} when there is no such version, or the aggregate is not in the wiring.
 */
export async function stateAt(
  { name, log, vocabulary, version: lastVersion }: OpenLog & { readonly version: number },
  stream: string,
  moment: Moment,
): Promise<StateAt> {
  const aggregate = vocabulary.aggregates.get(aggregateOfStream(stream));
  if (aggregate === undefined) throw unknownAggregate(name, stream);
  const version = await versionAt(log, stream, moment);
  if (version > lastVersion) throw unknownVersion(stream, version, lastVersion);
  const fold = { vocabulary, aggregate, stream };
  let folded: Folded = { state: aggregate.initial, isMasked: false, problem: null };
  let before = jsonOf(folded.state);
  let event: ShownRecord | null = null;
  for await (const stored of eventsOf(log, stream)) {
    if ((stored.version as number) > version) break;
    if (stored.version === version) {
      // A copy: an evolve that changes what it is given would change this as well.
      before = jsonOf(folded.state);
      event = shownRecord(vocabulary, stored);
    }
    folded = next(folded, stored, fold);
  }
  const known = { context: name, stream, version, lastVersion, event };
  return { ...known, ...shownState(folded, before) };
}

async function versionAt(log: LogReader, stream: string, moment: Moment): Promise<number> {
  if (moment.kind === 'version') return moment.version;
  let version = 0;
  for await (const stored of eventsOf(log, stream)) {
    if (stored[moment.by] > moment.time) break;
    version = stored.version as number;
  }
  return version;
}

async function* eventsOf(log: LogReader, stream: string): AsyncGenerator<StoredRecord> {
  for (let afterVersion = 0; ;) {
    const bound = { limit: PAGE, charactersMax: PAGE_CHARACTERS_MAX };
    const page = await log.readStream(stream, { afterVersion, ...bound });
    yield* page;
    if (!isFull(page, bound)) return;
    afterVersion = page.at(-1)?.version as number;
  }
}

interface Folded {
  readonly state: unknown;
  readonly isMasked: boolean;
  readonly problem: string | null;
}

/** What one event makes of it. After a problem nothing is known of the state any more. */
function next(
  folded: Folded,
  stored: StoredRecord,
  { vocabulary, aggregate, stream }: Fold,
): Folded {
  if (folded.problem !== null || aggregate.retired.includes(stored.type)) return folded;
  const isMasked = folded.isMasked || hasPersonalFields(vocabulary, stored);
  const at = `version ${stored.version} (${nameText(stored.type)})`;
  const event = maskedEvent(vocabulary, stored);
  if (event === undefined) {
    const problem = `The event of ${at} cannot be brought to its current version.`;
    return { state: null, isMasked, problem };
  }
  try {
    const state = evolveState(aggregate, folded.state, event, stream);
    return { state, isMasked, problem: null };
  } catch (error) {
    return { state: null, isMasked, problem: failedAt(at, error, isMasked) };
  }
}

/** What is folded, and with what. */
interface Fold {
  readonly vocabulary: Vocabulary;
  readonly aggregate: AnyAggregate;
  readonly stream: string;
}

// It was given nothing personal, so its message has nothing personal in it.
function failedAt(at: string, error: unknown, isMasked: boolean): string {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const why = isMasked
    ? ' It was given masked text in place of what is personal, which it may not be made for.'
    : '';
  return `evolve failed at ${at}: ${said}.${why}`;
}

function shownState(
  { state, isMasked, problem }: Folded,
  before: unknown,
): Pick<StateAt, 'state' | 'changes' | 'isMasked' | 'problem'> {
  if (problem !== null) return { state: null, changes: [], isMasked, problem };
  const after = jsonOf(state);
  const not = state === undefined ? undefined : whyNotJson(state);
  const partly = not === undefined ? null : `Not all of the state can be shown as JSON: ${not}.`;
  return { state: after, changes: fieldChanges(before, after), isMasked, problem: partly };
}

/** What of a state is JSON; null when there is no state. */
function jsonOf(state: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(state) ?? 'null') as unknown;
  } catch {
    // A state that holds itself, or a bigint: whyNotJson says so.
    return null;
  }
}

function unknownAggregate(context: string, stream: string): QuestionError {
  const aggregate = JSON.stringify(aggregateOfStream(stream));
  return new QuestionError(
    'asked-wrongly',
    `The configuration has no aggregate ${aggregate} in ${nameText(context)}, so nobody knows what ` +
      'its events make of a state. Add it, or look at the events alone.',
  );
}

function unknownVersion(stream: string, version: number, lastVersion: number): QuestionError {
  return new QuestionError(
    'nothing-found',
    `There is no version ${version} of ${JSON.stringify(stream)}: ask for 0 to ${lastVersion}.`,
  );
}
