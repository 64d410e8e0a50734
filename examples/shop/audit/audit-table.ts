/** The audit as a table for people: one equation a line, what is wrong below it. */
import { styleText } from 'node:util';
import type { Audit } from './audit.ts';
import type { Equation, Side } from './equation.ts';

const headings = ['equation', 'left', 'right', 'ok'] as const;

export function auditTable({ equations, isBalanced }: Audit): string {
  const cells = equations.map((each) => [each.name, figure(each.left), figure(each.right)]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...[headings, ...cells].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[], mark: string): string =>
    `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}  ${mark}`;
  const ruler = line(
    widths.map((width) => '─'.repeat(width)),
    '──',
  );
  return [
    line(headings.slice(0, 3), headings[3]),
    ruler,
    ...equations.flatMap((each, index) => [
      line(cells[index] ?? [], each.isBalanced ? styleText('green', 'ok') : styleText('red', 'NO')),
      ...each.faults.map((fault) => styleText('red', `    ${fault}`)),
    ]),
    ruler,
    verdict(equations, isBalanced),
  ].join('\n');
}

function verdict(equations: readonly Equation[], isBalanced: boolean): string {
  if (isBalanced) return styleText('green', `All ${equations.length} equations balance.`);
  const wrong = equations.filter((each) => !each.isBalanced).length;
  return styleText('red', `${wrong} of ${equations.length} equations do not balance.`);
}

function figure({ says, value, unit }: Side): string {
  return `${inWords(value, unit)}  ${says}`;
}

function inWords(value: number, unit: Side['unit']): string {
  if (unit !== 'pence') return value.toLocaleString('en-GB');
  return (value / 100).toLocaleString('en-GB', { style: 'currency', currency: 'GBP' });
}
