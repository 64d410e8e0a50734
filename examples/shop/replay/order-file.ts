/**
 * Opens an order file as text, plain or gzipped. What it is, its first bytes say, not its name.
 * Everything that can be wrong with the file as a whole ends in one `OrderFileError`.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { OrderFileError } from './order-file-error.ts';

export type FileProgress = { readonly bytesRead: number; readonly bytesTotal: number };

export type OrderFileOptions = {
  /** Called after each piece of text, a quarter of a megabyte or so. */
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  /** Ends the reading with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

const pieceBytes = 256 * 1024;

/** Gives the file's text to `take`, piece by piece, in order; resolves when all was given. */
export async function readOrderText(
  path: string,
  take: (text: string) => void,
  options: OrderFileOptions = {},
): Promise<void> {
  const { kind, bytesTotal } = await inspect(path);
  const source = createReadStream(path, { highWaterMark: pieceBytes, signal: options.signal });
  const takeAll = async (pieces: Readable) => {
    for await (const piece of pieces.setEncoding('utf8')) {
      take(piece);
      options.onProgress?.({ bytesRead: source.bytesRead, bytesTotal });
    }
  };
  try {
    if (kind === 'plain') await takeAll(source);
    else await takeUnzipped(source, takeAll);
  } catch (error) {
    throw explain(path, error);
  }
}

async function takeUnzipped(source: ReadStream, takeAll: (pieces: Readable) => Promise<void>) {
  const unzipped = createGunzip({ chunkSize: pieceBytes });
  await Promise.all([pipeline(source, unzipped), takeAll(unzipped)]);
}

async function inspect(path: string): Promise<{ kind: 'plain' | 'gzip'; bytesTotal: number }> {
  try {
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
      const bytesTotal = (await file.stat()).size;
      if (buffer[0] === 0x1f && buffer[1] === 0x8b) return { kind: 'gzip', bytesTotal };
      if (buffer.toString('latin1') === 'PK') throw isArchive(path);
      return { kind: 'plain', bytesTotal };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explain(path, error);
  }
}

function isArchive(path: string): OrderFileError {
  return new OrderFileError(
    'order-file-wrong',
    path,
    'it is a zip archive or a spreadsheet. Give the CSV file itself, plain or gzipped.',
  );
}

function explain(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') {
    return new OrderFileError('order-file-missing', path, 'there is no such file.', error);
  }
  if (code === 'EISDIR') {
    return new OrderFileError('order-file-unreadable', path, 'it is a directory.', error);
  }
  if (code.startsWith('Z_')) {
    const detail = 'the gzip archive is damaged or cut short. Fetch the file again.';
    return new OrderFileError('order-file-damaged', path, detail, error);
  }
  if (/^E[A-Z]+$/.test(code)) {
    const detail = `the system answered ${code}. Check the file and its rights.`;
    return new OrderFileError('order-file-unreadable', path, detail, error);
  }
  return error;
}
