/**
 * Reads an order file: a header that names the columns, then a line for each thing ordered. A bad
 * line is reported with its number and its reason and the rest goes on; a wrong file is one
 * `OrderFileError`, thrown before anything was done with it.
 */
import { createHash } from 'node:crypto';
import { findColumns } from './columns.ts';
import { CsvRecords, EndlessLineError } from './csv-records.ts';
import { lineParser, type ParsedLine } from './line-parser.ts';
import { OrderFileError } from './order-file-error.ts';
import { readOrderText, type OrderFileOptions } from './order-file.ts';
import { OrderLines } from './order-lines.ts';

export type BadLine = { readonly lineNumber: number; readonly reason: string };

export type ReadOrdersOptions = OrderFileOptions & {
  readonly onBadLine?: ((badLine: BadLine) => void) | undefined;
};

/** A file with more lines than this is refused: it would not fit the memory of a small machine. */
const linesMax = 4_000_000;

export async function readOrders(
  path: string,
  options: ReadOrdersOptions = {},
): Promise<OrderLines> {
  const lines = new OrderLines();
  let parseLine: ((lineNumber: number, fields: readonly string[]) => ParsedLine) | undefined;
  let firstBadLine: BadLine | undefined;

  const reportBadLine = (lineNumber: number, reason: string) => {
    if (parseLine === undefined) throw wrongFile(path, `its header is no CSV: ${reason}.`);
    firstBadLine ??= { lineNumber, reason };
    options.onBadLine?.({ lineNumber, reason });
  };
  const takeRecord = (lineNumber: number, fields: readonly string[]) => {
    if (parseLine === undefined) {
      const columns = findColumns(fields);
      if (typeof columns === 'string') throw wrongFile(path, `${columns}.`);
      parseLine = lineParser(columns);
      return;
    }
    const { line, reason } = parseLine(lineNumber, fields);
    if (line === undefined) return reportBadLine(lineNumber, reason);
    if (lines.count >= linesMax) throw tooLarge(path);
    lines.add(line);
  };

  const records = new CsvRecords({ onRecord: takeRecord, onBadRecord: reportBadLine });
  try {
    const hash = createHash('sha256');
    const take = (text: string): void => {
      hash.update(text);
      records.write(text);
    };
    await readOrderText(path, take, options);
    records.end();
    lines.fileHash = hash.digest('hex');
  } catch (error) {
    if (!(error instanceof EndlessLineError)) throw error;
    throw wrongFile(path, `${error.message} It seems to be no CSV file.`);
  }
  if (parseLine === undefined) throw wrongFile(path, 'it is empty.');
  if (lines.count === 0 && firstBadLine !== undefined) {
    const { lineNumber, reason } = firstBadLine;
    throw wrongFile(path, `no line of it can be read; line ${lineNumber}: ${reason}.`);
  }
  return lines;
}

function wrongFile(path: string, detail: string): OrderFileError {
  return new OrderFileError('order-file-wrong', path, detail);
}

function tooLarge(path: string): OrderFileError {
  const detail = `it has more than ${linesMax} lines. Replay it in parts.`;
  return new OrderFileError('order-file-too-large', path, detail);
}
