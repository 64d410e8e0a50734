import type { Measurement } from './benchmark.ts';

/** One line of `--json`. */
export interface Figure {
  /** The benchmark. */
  readonly name: string;
  readonly metric: string;
  /** The median of the runs. */
  readonly value: number;
  readonly unit: string;
  /** The median of the raw limit, null where there is none. */
  readonly raw: number | null;
  /** value / raw. */
  readonly ratio: number | null;
}

export function figureOf(name: string, measurement: Measurement): Figure {
  const { metric, unit, values, raw } = measurement;
  const value = median(values);
  const limit = raw === undefined ? null : median(raw);
  return {
    name,
    metric,
    value: rounded(value),
    unit,
    raw: limit === null ? null : rounded(limit),
    ratio: limit === null ? null : rounded(value / limit),
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this part of the values lies: between neighbours, in proportion. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError('no values were measured');
  return below + (above - below) * (place - Math.floor(place));
}

/** Three digits that mean something; more would only look exact. */
export function rounded(value: number): number {
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
}
