import { cpus, totalmem } from 'node:os';
import type { Measurement } from './benchmark.ts';
import { figureOf, rounded } from './figure.ts';

/** The machine and the Node that the figures are of. */
export function describeMachine(): string {
  const [first, ...others] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const processor = `${others.length + 1} × ${first?.model.trim() ?? 'unknown processor'}`;
  return `${processor}, ${memory} GiB, ${process.platform}, Node ${process.version.slice(1)}`;
}

/** The figures of one benchmark as lines of a table. */
export function tableOf(name: string, measurements: readonly Measurement[]): string {
  const head = ['metric', 'median', 'spread', 'unit', 'raw', 'ratio'];
  const rows = measurements.map((measurement) => rowOf(name, measurement));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [name, line(head), rule, ...rows.map(line), ''].join('\n');
}

function rowOf(name: string, measurement: Measurement): string[] {
  const { metric, value, unit, raw, ratio } = figureOf(name, measurement);
  const { values } = measurement;
  const spread =
    values.length === 1 ? '' : `${show(Math.min(...values))} … ${show(Math.max(...values))}`;
  return [
    metric,
    show(value),
    spread,
    unit,
    raw === null ? '' : show(raw),
    ratio === null ? '' : ratio.toFixed(2),
  ];
}

function show(value: number): string {
  return rounded(value).toLocaleString('en-GB', { maximumFractionDigits: 4 });
}

// Words to the left, numbers to the right.
function pad(cell: string, width: number, column: number): string {
  return column === 0 || column === 3 ? cell.padEnd(width) : cell.padStart(width);
}
