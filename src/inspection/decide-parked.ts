import type { LogReader } from '../log/log.ts';
import type { ByWhom } from '../runtime/by-whom.ts';
import type { Parked } from '../runtime/settled.ts';
import type { EditAsked } from '../runtime/edit-asked.ts';
import { triedRow } from '../runtime/tried-row.ts';
import { type Asking, answerTo, leaveRequest, waitFor } from './left-request.ts';

/** What became of one parked record that somebody has decided about. */
export interface Decided {
  readonly context: string;
  readonly subscription: string;
  readonly key: string;
  readonly recordId: string;
  /**
   * `done`: it was handled, or is given up. `parked-again`: it failed anew. `not-yet`: it waits for
   * something, without failing. `under-way`: it is to be tried, and that takes longer. `refused`: it
   * was not parked any more, or nothing handles it. `left`: nobody has taken the request up yet; who
   * runs the context next will.
   */
  readonly state: 'done' | 'parked-again' | 'not-yet' | 'under-way' | 'refused' | 'left';
  /** Why it was parked again, waits or was refused. */
  readonly why: string | null;
}

/** What somebody decides about a parked record. */
export interface ParkedAsked extends ByWhom {
  readonly action: 'redrive' | 'discard';
  /**
   * For a redrive: what it is handled with in place of its own data; null: its own again. Default: as it
   * was tried before. Data that does not fit is refused, and says why.
   */
  readonly edited?: EditAsked | null;
}

/** Asks those who run a context to try a parked record again, or to give it up, and waits for that. */
export async function decideParked(
  asking: Asking,
  row: Parked,
  decision: ParkedAsked,
): Promise<Decided> {
  const { context, subscription, key, recordId } = row;
  const { action, edited, who, why } = decision;
  const place = { subscription, key, recordId };
  const request = { action, ...place, ...(edited === undefined ? {} : { edited }), who, why };
  const left = await leaveRequest(asking, request);
  const outcome = await answerTo(asking, left);
  const about = { context, subscription, key, recordId };
  if (outcome.state === 'waits') return { ...about, state: 'left', why: null };
  if (outcome.state === 'refused') return { ...about, state: 'refused', why: outcome.why };
  if (action === 'discard') return { ...about, state: 'done', why: null };
  return { ...about, ...(await triedAgain(asking, asking.log, row)) };
}

/** A redrive is over when the record was tried, as far as that can be waited for. */
async function triedAgain(
  asking: Asking,
  log: LogReader,
  row: Parked,
): Promise<Pick<Decided, 'state' | 'why'>> {
  const tried = await waitFor(asking, async () => {
    const found = await triedRow(log, row);
    return found.state === 'under-way' ? undefined : found;
  });
  if (tried === undefined) return { state: 'under-way', why: null };
  return { state: tried.state, why: tried.state === 'done' ? null : rowWhy(tried.row) };
}

function rowWhy({ error }: Pick<Parked, 'error'>): string | null {
  return error?.message ?? null;
}
