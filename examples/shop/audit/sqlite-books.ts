/**
 * The books of a shop on SQLite: one connection with each context's file and the gateway's attached.
 *
 * All is read as it was at one moment (within the milliseconds it takes to look at each file once),
 * whether the shop runs or not; nobody is kept from writing meanwhile.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { assertThere, attach, beginToRead, gatewayFile } from './attached-files.ts';
import { Books, contextNames } from './books.ts';

/** @throws {BooksError} when a file is not there, or is not what its name says. */
export function sqliteBooks(directory: string): Books {
  const files = [
    ...contextNames.map((name) => ({
      name,
      path: join(directory, `${name}.sqlite`),
      table: 'log',
    })),
    { name: 'gateway', path: join(directory, gatewayFile), table: 'charges' },
  ];
  assertThere(directory, files);
  const database = new DatabaseSync(':memory:');
  try {
    for (const file of files) attach(database, file);
    database.exec('begin');
    for (const file of files) beginToRead(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
  return new Books(database);
}
