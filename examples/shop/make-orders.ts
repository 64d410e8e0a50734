/** `npm run orders -- --make 1000`: writes an order file of our own making. */
import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { failureInWords } from './failure-in-words.ts';
import { OptionError } from './option-error.ts';
import { readOptions, wholeNumber } from './read-options.ts';
import { madeOrders } from './replay/made-orders.ts';

const help = `Usage: npm run orders -- --make N [--out FILE] [--seed N]

Writes N invoices of our own making as CSV, in the shape of the UCI data set "Online Retail"
(doi 10.24432/C5BW33): sales, returns, stock adjustments, and the traps of the real file.

  --make N     how many invoices, 1 to 1000000
  --out FILE   where to; gzipped when it ends in .gz; default standard output
  --seed N     the same seed gives the same file; default 1
  --help       this text

Replay it with: npm start -- --orders FILE
`;

const options = {
  make: { type: 'string' },
  out: { type: 'string' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const;

const pieceCharacters = 64 * 1024;

/** Why a file cannot be written, by what the system answers. */
const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory',
  ENOENT: 'the directory that it is to stand in is not there',
  ENOTDIR: 'what it is to stand in is no directory',
  EACCES: 'you may not write there',
  EROFS: 'you may not write there',
  ENOSPC: 'the disk is full, and what is there is not whole',
};

try {
  const values = readOptions(process.argv.slice(2), options);
  if (values.help) {
    process.stdout.write(help);
  } else {
    const invoices = wholeNumber('--make', values.make, { min: 1, max: 1_000_000 });
    const seed = wholeNumber('--seed', values.seed, { min: 0, max: 2 ** 32 - 1 });
    await writeOrders(madeOrders({ invoices, seed }), values.out);
  }
} catch (error) {
  // Who reads only the beginning (`| head`) has what it wanted.
  if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) {
    process.stderr.write(`Cannot make orders: ${failureInWords(error)}\n`);
    process.exitCode = 1;
  }
}

async function writeOrders(lines: Iterable<string>, out: string | undefined): Promise<void> {
  const text = Readable.from(inPieces(lines), { objectMode: false });
  const target: Writable = out === undefined ? process.stdout : createWriteStream(out);
  try {
    if (out?.endsWith('.gz')) await pipeline(text, createGzip(), target);
    else await pipeline(text, target);
  } catch (error) {
    throw out === undefined ? error : outError(out, error as NodeJS.ErrnoException);
  }
}

function outError(out: string, { code = '', message }: NodeJS.ErrnoException): OptionError {
  const reason = reasons[code] ?? message;
  return new OptionError('--out', `"${out}" cannot be written: ${reason}`);
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < pieceCharacters) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
