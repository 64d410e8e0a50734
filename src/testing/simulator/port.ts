import type { FaultPlan, Place, Rates, Strike } from './fault-plan.ts';
import { type Life, never } from './life.ts';
import type { Schedule } from './schedule.ts';

/** So long a slow call takes at most. */
const SLOW_MS_MAX = 5_000;

/** What a call of a port passes through. */
export interface PortSurroundings {
  readonly schedule: Schedule;
  readonly faults: FaultPlan;
  /** Ends a life, as `kill -9` would. */
  readonly crash: (life: Life) => void;
  /** Whether it is answered before anybody else has a turn. */
  readonly answersAtOnce: (isChange: boolean) => boolean;
  /** Lets another life take over, while this one goes on for a while. */
  readonly loseLease: (life: Life, strike: Strike) => void;
  /** A call has been made whose answer does not arrive: told after the call, for readers. */
  readonly madeInVain: (strike: Strike) => void;
}

/** A call of a port out of a process. */
export interface PortCall<T> {
  readonly life: Life;
  readonly place: Place;
  readonly rates: Rates;
  /** Whether it changes something: then it also takes time on its way there. */
  readonly isChange: boolean;
  readonly perform: () => Promise<T>;
  /** What a failed call throws. */
  readonly failure: (strike: Strike) => Error;
}

/**
 * Every call of a process to what is outside of it comes by here: it waits for its turn on its way
 * (a change) and on its way back, and is where faults strike.
 */
export async function callPort<T>(around: PortSurroundings, call: PortCall<T>): Promise<T> {
  const { schedule, faults } = around;
  const { life } = call;
  if (life.isGone) return never();
  const strike = faults.pass(call.place, call.rates);
  if (strike === undefined && around.answersAtOnce(call.isChange)) return atOnce(call);
  const kind = strike?.kind;
  if (kind === 'crash-before') return crash(around, life);
  if (strike !== undefined && kind === 'lost-lease') around.loseLease(life, strike);
  if (kind === 'slow-call') await schedule.sleep(life, 1 + strike!.amount * SLOW_MS_MAX);
  if (kind === 'call-failed' || kind === 'outside-failed') {
    await schedule.turn(life);
    throw call.failure(strike as Strike);
  }
  if (call.isChange) await schedule.turn(life);
  let answer: T;
  try {
    answer = await call.perform();
    if (strike !== undefined) around.madeInVain(strike);
  } catch (error) {
    if (strike !== undefined) around.madeInVain(strike);
    if (life.isGone) return never();
    await schedule.turn(life);
    throw error;
  }
  if (life.isGone) return never();
  if (kind === 'crash-after') return crash(around, life);
  await schedule.turn(life);
  if (kind === 'answer-lost' || kind === 'outside-answer-lost')
    throw call.failure(strike as Strike);
  return answer;
}

/** As a store does that is read within the process. */
async function atOnce<T>({ life, perform }: PortCall<T>): Promise<T> {
  try {
    return await perform();
  } finally {
    if (life.isGone) await never();
  }
}

function crash<T>({ crash: end }: PortSurroundings, life: Life): Promise<T> {
  end(life);
  return never();
}
