import { type Chance, fractionOf } from './chance.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { Choose, Strike } from './fault-plan.ts';

/** Which kinds of faults happen in a run, how often and how many. */
export interface Mood {
  readonly isOn: (kind: FaultKind) => boolean;
  /** Multiplies every chance. */
  readonly intensity: number;
  readonly strikesMax: number;
}

/**
 * By chance: each decision depends on the seed, the place and how often it was passed, and on
 * nothing else, so that what a place is dealt does not depend on what happened elsewhere.
 */
export function byChance(chance: Chance, { isOn, intensity, strikesMax }: Mood): Choose {
  const seed = chance.of('faults').uint32();
  let strikes = 0;
  return (place, nth, rates) => {
    if (strikes >= strikesMax) return undefined;
    let left = fractionOf(seed, place.hash, nth) / intensity;
    for (const [kind, rate] of rates) {
      left -= rate;
      if (left >= 0) continue;
      if (!isOn(kind)) return undefined;
      strikes += 1;
      return kind;
    }
    return undefined;
  };
}

/** These and no others: a run is made smaller fault by fault. */
export function byName(names: readonly string[]): Choose {
  const chosen = new Set(names);
  return (place, nth, rates) =>
    rates.find(([kind]) => chosen.has(`${place.name} ${nth} ${kind}`))?.[0];
}

/** One call of all the calls of a run, and how it fails: for a sweep over all of them. */
export interface SweptCall {
  /** 1 for the first. */
  readonly nth: number;
  readonly way: SweepWay;
}

/** How a call fails in a sweep: the process ends before it or after it, it fails, its answer is lost. */
export type SweepWay = 'crash-before' | 'crash-after' | 'failed' | 'answer-lost';

export const SWEEP_WAYS: readonly SweepWay[] = [
  'crash-before',
  'crash-after',
  'failed',
  'answer-lost',
];

/** The nth call of all, in one way, where that can be; `counted` is told of each call. */
export function bySweep({ nth: chosen, way }: SweptCall, counted: (calls: number) => void): Choose {
  let calls = 0;
  return (_place, _nth, rates) => {
    if (!rates.some(([kind]) => kind === 'crash-after')) return undefined;
    counted((calls += 1));
    if (calls !== chosen) return undefined;
    const kinds: readonly FaultKind[] = KINDS[way];
    return rates.find(([kind]) => kinds.includes(kind))?.[0];
  };
}

const KINDS: Readonly<Record<SweepWay, readonly FaultKind[]>> = {
  'crash-before': ['crash-before'],
  'crash-after': ['crash-after'],
  failed: ['call-failed', 'outside-failed'],
  'answer-lost': ['answer-lost', 'outside-answer-lost'],
};

/** Names a strike in a plan: `billing.commit 3 answer-lost`. */
export function strikeName({ place, nth, kind }: Omit<Strike, 'amount'>): string {
  return `${place} ${nth} ${kind}`;
}

export function strikeNamed(name: string): Omit<Strike, 'amount'> {
  const words = name.split(' ');
  const kind = words.pop() as FaultKind;
  const nth = Number(words.pop());
  return { place: words.join(' '), nth, kind };
}
