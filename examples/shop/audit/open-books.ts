/** Opens a shop's books wherever it keeps them. */
import type { Books } from './books.ts';
import { postgresBooks } from './postgres-books.ts';
import { sqliteBooks } from './sqlite-books.ts';

export type BooksPlace = {
  /** With the gateway's file, and the contexts' files unless there is a store. */
  readonly directory: string;
  /** Leads to the PostgreSQL database of the contexts. */
  readonly store?: string | undefined;
};

/** @throws {BooksError} when there is no shop, or when it cannot be read. */
export async function openBooks({ directory, store }: BooksPlace): Promise<Books> {
  return store === undefined ? sqliteBooks(directory) : postgresBooks(store, directory);
}
