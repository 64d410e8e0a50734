import type { Host } from '../host/host.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { DocumentQuery, FieldCondition, FieldValue } from '../log/document-query.ts';
import type { Intake } from '../backbone/intake.ts';
import type { LogReader } from '../log/log.ts';
import { frozenCopy } from '../message/json.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import type { Condition, FindQuery, Query, ReadOptions, Where } from '../read-model/query.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { TailReader } from '../subscription/tail-reader.ts';
import type { Activity } from './activity.ts';
import { reachElsewhere, type Wanted } from './elsewhere.ts';
import { type TakingIn, takenInElsewhere, takenInOverBroker } from './taken-in-elsewhere.ts';
import type { SubscriptionPart } from './subscription-part.ts';
import { type Token, parseToken } from './token.ts';

const LIMIT = 100;
const LIMIT_MAX = 10_000;
const WAIT_MS = 5_000;

/** What of a running context a question needs. */
export interface QueriedContext {
  readonly name: string;
  readonly log: LogReader;
  readonly tail: Pick<TailReader, 'head' | 'since'>;
  readonly workplace: { readonly host: Host };
  readonly activity: Activity;
  readonly models: ReadonlyMap<AnyReadModel, SubscriptionPart>;
  readonly intakes: ReadonlyMap<string, Pick<Intake, 'waitUntil' | 'holding' | 'isIdle'>>;
  /** Whether it takes in what this context publishes, here or in another process. */
  readonly listensTo: (source: string) => boolean;
  /** What is taken in of a context, where another process does that. */
  readonly takingInFrom: (source: string) => TakingIn;
}

/** How a read model of a running context is asked. */
export function queryModel<Document extends object>(
  running: QueriedContext,
  model: AnyReadModel,
): Query<Document> {
  const name = modelName(model);
  return {
    async get(key, options = {}) {
      await awaitToken(running, model, options, key);
      const text = await running.log.document(name, key);
      return text === undefined ? undefined : (JSON.parse(text) as Document);
    },
    async find(query = {}) {
      const wanted = documentQuery(model, frozenCopy(query));
      await awaitToken(running, model, query);
      const found = await running.log.findDocuments(name, wanted);
      return found.map((document) => JSON.parse(document.text) as Document);
    },
    count: async (where) => running.log.countDocuments(name, conditions(model, where)),
  };
}

function documentQuery<Document extends object>(
  model: AnyReadModel,
  query: FindQuery<Document>,
): DocumentQuery {
  const limit = Math.min(LIMIT_MAX, Math.max(0, query.limit ?? LIMIT));
  const where = conditions(model, query.where);
  const orders = Object.entries(query.orderBy ?? {}) as [string, 'ascending' | 'descending'][];
  const [order] = orders;
  if (order === undefined) return { where, limit };
  if (orders.length > 1) throw new InvalidQueryError(model.name, 'orders by more than one field');
  const [field, direction] = order;
  assertIndexed(model, field);
  return { where, limit, orderBy: { field, direction } };
}

function conditions<Document extends object>(
  model: AnyReadModel,
  where: Where<Document> | undefined,
): readonly FieldCondition[] {
  return Object.entries(where ?? {}).flatMap(([field, wanted]) => {
    assertIndexed(model, field);
    if (wanted === undefined) return [];
    if (typeof wanted !== 'object' || wanted === null)
      return [{ field, operator: 'equals' as const, value: wanted as FieldValue }];
    return Object.entries(wanted as Condition<FieldValue>).map(([operator, value]) => {
      if (!isOperator(operator))
        throw new InvalidQueryError(model.name, `asks for ${JSON.stringify(operator)}`);
      return { field, operator, value: value as FieldValue };
    });
  });
}

function isOperator(text: string): text is FieldCondition['operator'] {
  return ['in', 'above', 'atLeast', 'below', 'atMost'].includes(text);
}

function assertIndexed(model: AnyReadModel, field: string): void {
  if (!model.index.includes(field)) throw new UnindexedFieldError(model.name, field, model.index);
}

/** Waits until the read model shows what a token stands for. */
async function awaitToken(
  running: QueriedContext,
  model: AnyReadModel,
  options: ReadOptions,
  key?: string,
): Promise<void> {
  if (options.after === undefined) return;
  const token = parseToken(options.after);
  const { clock } = running.workplace.host;
  const timeout = new AbortController();
  const cancel = clock.after(options.timeoutMs ?? WAIT_MS, () => timeout.abort());
  try {
    const isThere = await reach(running, model, { token, key, signal: timeout.signal });
    if (!isThere) throw new StaleReadError(model.name, options.after);
  } finally {
    cancel();
  }
}

async function reach(
  running: QueriedContext,
  model: AnyReadModel,
  wanted: { token: Token; key: string | undefined; signal: AbortSignal },
): Promise<boolean> {
  const { key, signal } = wanted;
  const position = await positionHere(running, model, wanted);
  if (position === undefined) return false;
  const part = running.models.get(model);
  if (part === undefined) return true;
  const here = key === undefined ? allHere(part) : ownerHere(part, key);
  if (here === undefined) return reachedElsewhere(running, model, part, { position, key, signal });
  // What is tried again soon may be there in time; what is parked will not.
  const held = (): WaitingRow | undefined => {
    const rows = here.flatMap(({ room }) => room.holding(position, key) ?? []);
    return rows.find(({ kind }) => kind === 'parked') ?? rows[0];
  };
  const isOver = (): boolean =>
    here.every((subscription) => subscription.position >= position) &&
    (held() === undefined || held()?.kind === 'parked');
  const isThere = await running.activity.until(isOver, signal);
  const row = held();
  if (row?.kind === 'parked') throw new HeldReadError(model.name, row);
  return isThere && row === undefined;
}

function allHere(part: SubscriptionPart): readonly Subscription[] | undefined {
  return part.isAllHere ? part.subscriptions : undefined;
}

function ownerHere(part: SubscriptionPart, key: string): readonly Subscription[] | undefined {
  const owner = part.ownerOf(key);
  return owner && [owner];
}

async function reachedElsewhere(
  running: QueriedContext,
  model: AnyReadModel,
  { definition }: SubscriptionPart,
  wanted: Wanted,
): Promise<boolean> {
  const { log, tail, workplace } = running;
  const parts = { log, tail, clock: workplace.host.clock, definition };
  const { isThere, parked } = await reachElsewhere(parts, wanted);
  if (parked !== undefined) throw new HeldReadError(model.name, parked);
  return isThere;
}

/**
 * Where the context's own log shows what a token stands for; undefined when that was not so in
 * time. Of another context's log it shows what was taken in, so nothing of that may wait at the
 * border.
 */
async function positionHere(
  running: QueriedContext,
  model: AnyReadModel,
  { token, signal }: { readonly token: Token; readonly signal: AbortSignal },
): Promise<number | undefined> {
  if (token.context === running.name)
    return token.epoch === running.log.epoch ? token.position : undefined;
  const intake = running.intakes.get(token.context);
  if (intake === undefined) {
    if (!running.listensTo(token.context))
      throw new TokenOutOfReachError(model.name, running.name, token.context);
    const isTakenIn = await takenInElsewhere(running.takingInFrom(token.context), {
      ...token,
      signal,
    });
    return isTakenIn ? running.log.head() : undefined;
  }
  if (!(await intake.waitUntil(token, signal))) return undefined;
  const place = { ...token, signal };
  const taking = running.takingInFrom(token.context);
  if (!(await takenInOverBroker(taking, intake, place))) return undefined;
  const held = intake.holding(token.position);
  if (held !== undefined) throw new HeldReadError(model.name, held);
  return running.tail.head;
}

/** The read model did not come as far as asked for, in time. It may a moment later. */
export class StaleReadError extends Error {
  override readonly name = 'StaleReadError';
  readonly code = 'stale-read';
  readonly retryable = true;
  readonly model: string;
  readonly token: string;

  constructor(model: string, token: string) {
    super(
      `Read model "${model}" has not come as far as ${JSON.stringify(token)} yet. Ask again in a ` +
        `moment, or ask without "after" for what is known now.`,
    );
    this.model = model;
    this.token = token;
  }
}

/** What was asked for waits behind a record that is parked: it will not come by itself. */
export class HeldReadError extends Error {
  override readonly name = 'HeldReadError';
  readonly code = 'held-read';
  readonly retryable = false;
  readonly model: string;
  readonly key: string;
  readonly recordId: string;

  constructor(model: string, row: { readonly key: string; readonly recordId: string }) {
    super(
      `Read model "${model}" is held for key ${JSON.stringify(row.key)} by record ` +
        `${row.recordId}, which is parked. Look at it with "thereupon parked list", then redrive it.`,
    );
    this.model = model;
    this.key = row.key;
    this.recordId = row.recordId;
  }
}

/** A token of a context that the read model's context hears nothing of: it cannot tell. */
export class TokenOutOfReachError extends Error {
  override readonly name = 'TokenOutOfReachError';
  readonly code = 'token-out-of-reach';
  readonly retryable = false;
  readonly model: string;
  readonly context: string;
  readonly source: string;

  constructor(model: string, context: string, source: string) {
    super(
      `Read model "${model}" cannot tell whether it shows what a token of ` +
        `${JSON.stringify(source)} stands for: "${context}" does not listen to that context. Ask a ` +
        'read model of that context, or of one that listens to it; or wait with ' +
        'app.settled({ correlationId }) and ask without "after".',
    );
    this.model = model;
    this.context = context;
    this.source = source;
  }
}

/** A query asked for something that there is not. */
export class InvalidQueryError extends Error {
  override readonly name = 'InvalidQueryError';
  readonly code = 'invalid-query';
  readonly retryable = false;
  readonly model: string;

  constructor(model: string, what: string) {
    super(
      `A query of read model "${model}" ${what}. Ask for a value, or by in, above, atLeast, below ` +
        `and atMost; order by one indexed field.`,
    );
    this.model = model;
  }
}

/** A query asked for a field that has no index. */
export class UnindexedFieldError extends Error {
  override readonly name = 'UnindexedFieldError';
  readonly code = 'unindexed-field';
  readonly retryable = false;
  readonly model: string;
  readonly field: string;

  constructor(model: string, field: string, indexed: readonly string[]) {
    super(
      `Read model "${model}" has no index on ${JSON.stringify(field)}, only on ` +
        `${indexed.map((name) => JSON.stringify(name)).join(', ') || 'nothing'}. Add it to ` +
        `"index" and raise the version.`,
    );
    this.model = model;
    this.field = field;
  }
}
