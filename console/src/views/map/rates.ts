/** How fast records come, evened out: a single second of a quiet system says little. */
import type { Pulse, TypeRate } from '../../../../src/console/api.ts';
import { rateText } from '../../parts/times.tsx';

/** Over so long. Once nothing has come for this long, it stands still. */
const OVER_MS = 10_000;

/** Records a second, by what they are: see `rateKey`. */
export type Rates = ReadonlyMap<string, number>;

export function rateKey({
  context,
  direction,
  aggregate = null,
  type,
}: Pick<TypeRate, 'context' | 'direction' | 'type'> & { aggregate?: string | null }): string {
  return JSON.stringify([context, direction, aggregate, type]);
}

/**
 * What each of the last pulses says holds for the time since the one before it. Undefined while nobody can
 * tell: of the first pulse of all, there is none before it.
 */
export function ratesOf(history: readonly Pulse[]): Rates | undefined {
  const last = history.at(-1);
  if (last === undefined || (history.length === 1 && last.rates.length === 0)) return undefined;
  const begin = Date.parse(last.at) - OVER_MS;
  const counts = new Map<string, number>();
  let overMs = 0;
  for (const [index, pulse] of history.entries()) {
    const before = history[index - 1];
    if (before === undefined || (Date.parse(pulse.at) <= begin && pulse !== last)) continue;
    const tookMs = Date.parse(pulse.at) - Date.parse(before.at);
    overMs += tookMs;
    for (const rate of pulse.rates) {
      const key = rateKey(rate);
      counts.set(key, (counts.get(key) ?? 0) + rate.perSecond * tookMs);
    }
  }
  if (overMs === 0) return new Map(last.rates.map((rate) => [rateKey(rate), rate.perSecond]));
  return new Map([...counts].map(([key, count]) => [key, count / overMs]));
}

/** All of a context in one direction, or some types of it. */
export function rateOf(
  rates: Rates | undefined,
  context: string,
  direction: TypeRate['direction'],
  types?: readonly string[],
): number {
  let sum = 0;
  for (const [key, perSecond] of rates ?? []) {
    const [of, is, , type] = JSON.parse(key) as [string, string, string | null, string];
    if (of === context && is === direction && (types?.includes(type) ?? true)) sum += perSecond;
  }
  return rounded(sum);
}

/** As much of a number as is shown, so that nothing is drawn anew for what nobody sees. */
export function rounded(perSecond: number): number {
  return perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond);
}

export function perSecondText(perSecond: number | undefined): string {
  return perSecond === undefined ? '…' : rateText(perSecond);
}
