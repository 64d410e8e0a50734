/** For tests: an order file written inline, put into a directory that goes when the test ends. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

export const firstEdition =
  'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

/** Call it while tests are being declared. */
export function orderFiles(): (content: string | Buffer, name?: string) => Promise<string> {
  const directories: string[] = [];
  after(async () => {
    for (const directory of directories) await rm(directory, { recursive: true });
  });
  return async (content, name = 'orders.csv') => {
    const directory = await mkdtemp(join(tmpdir(), 'orders-'));
    directories.push(directory);
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
}
